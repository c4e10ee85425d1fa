/**
 * A CRS as a Shapefile's .prj wants it: ESRI's dialect of WKT 1. UTM on WGS 84 is spelled as ArcGIS spells it; any other CRS is the
 * OGC text without the parts ESRI does not know, which GDAL and QGIS read as well.
 */
export function writeEsriWkt(srid: number, ogcWkt: string): string {
  const isUtm = (srid > 32600 && srid <= 32660) || (srid > 32700 && srid <= 32760)
  if (!isUtm) return ogcWkt.replace(/,(AUTHORITY|AXIS|TOWGS84)\[[^[\]]*\]/g, '')
  const zone = srid % 100
  const south = srid > 32700
  return (
    `PROJCS["WGS_1984_UTM_Zone_${zone}${south ? 'S' : 'N'}",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],` +
    `PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],` +
    `PARAMETER["False_Northing",${south ? '10000000.0' : '0.0'}],PARAMETER["Central_Meridian",${zone * 6 - 183}.0],PARAMETER["Scale_Factor",0.9996],` +
    `PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`
  )
}
