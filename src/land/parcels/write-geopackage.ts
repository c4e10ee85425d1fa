import { DatabaseSync } from 'node:sqlite'
import { countDecimals, EXPORT_FIELDS, type ExportField } from './export-fields.ts'
import { boundRings, readPolygons } from './export-geometry.ts'
import type { ExportRow, ExportSet } from './export-rows.ts'

const TABLE = 'parcels'
const SQL_TYPES: Record<ExportField['kind'], string> = {
  text: 'TEXT',
  whole: 'INTEGER',
  metres: 'REAL',
  degrees: 'REAL',
  date: 'DATE',
}

/** Parcels as an OGC GeoPackage 1.3 in the authoritative CRS, with the R-tree that makes it quick in QGIS. Built in memory. */
export async function writeGeoPackage(set: ExportSet, batches: AsyncIterable<ExportRow[]>, at: Date): Promise<Buffer> {
  const file = new DatabaseSync(':memory:')
  try {
    layOut(file, set, at)
    const columns = EXPORT_FIELDS.map((field) => field.name)
    const insert = file.prepare(
      `insert into ${TABLE} (fid, geom, ${columns.join(', ')}) values (?, ?, ${columns.map(() => '?').join(', ')})`,
    )
    const insertBounds = file.prepare(`insert into rtree_${TABLE}_geom values (?, ?, ?, ?, ?)`)
    for await (const rows of batches) {
      file.exec('begin')
      for (const row of rows) {
        const [minX, minY, maxX, maxY] = boundRings(readPolygons(row.wkb!).flat())
        insert.run(
          row.id,
          wrapGeometry(row.wkb!, set.srid, [minX, maxX, minY, maxY]),
          ...EXPORT_FIELDS.map((field) => roundCell(field, row)),
        )
        insertBounds.run(row.id, minX, maxX, minY, maxY)
      }
      file.exec('commit')
    }
    for (const trigger of rtreeTriggers()) file.exec(trigger)
    return Buffer.from(file.serialize())
  } finally {
    file.close()
  }
}

function roundCell(field: ExportField, row: ExportRow): string | number | null {
  const value = field.read(row)
  return typeof value === 'number' ? Number(value.toFixed(countDecimals(field))) : value
}

/** GeoPackage binary: "GP", version 0, flags (little-endian, bounds of x and y), SRS id, bounds, then the WKB. */
function wrapGeometry(wkb: Buffer, srid: number, bounds: number[]): Buffer {
  const head = Buffer.alloc(40)
  head.write('GP', 0, 'latin1')
  head[3] = 0b0000_0011
  head.writeInt32LE(srid, 4)
  bounds.forEach((value, i) => head.writeDoubleLE(value, 8 + i * 8))
  return Buffer.concat([head, wkb])
}

function layOut(file: DatabaseSync, set: ExportSet, at: Date): void {
  file.exec(`
    pragma application_id = 0x47504b47; -- "GPKG"
    pragma user_version = 10300;
    create table gpkg_spatial_ref_sys (srs_name text not null, srs_id integer not null primary key, organization text not null,
      organization_coordsys_id integer not null, definition text not null, description text);
    create table gpkg_contents (table_name text not null primary key, data_type text not null, identifier text unique, description text default '',
      last_change datetime not null default (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x double, min_y double, max_x double, max_y double,
      srs_id integer, constraint fk_gc_r_srs_id foreign key (srs_id) references gpkg_spatial_ref_sys(srs_id));
    create table gpkg_geometry_columns (table_name text not null, column_name text not null, geometry_type_name text not null, srs_id integer not null,
      z tinyint not null, m tinyint not null, constraint pk_geom_cols primary key (table_name, column_name), constraint uk_gc_table_name unique (table_name),
      constraint fk_gc_tn foreign key (table_name) references gpkg_contents(table_name), constraint fk_gc_srs foreign key (srs_id) references gpkg_spatial_ref_sys (srs_id));
    create table gpkg_extensions (table_name text, column_name text, extension_name text not null, definition text not null, scope text not null,
      constraint ge_tce unique (table_name, column_name, extension_name));
    insert into gpkg_spatial_ref_sys values
      ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined cartesian coordinate reference system'),
      ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system');
    create table ${TABLE} (fid integer primary key not null, geom multipolygon,
      ${EXPORT_FIELDS.map((field) => `${field.name} ${SQL_TYPES[field.kind]}`).join(', ')});
    create virtual table rtree_${TABLE}_geom using rtree(id, minx, maxx, miny, maxy);
    insert into gpkg_extensions values ('${TABLE}', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');
  `)
  const addCrs = file.prepare('insert into gpkg_spatial_ref_sys values (?, ?, ?, ?, ?, null)')
  addCrs.run('WGS 84', 4326, 'EPSG', 4326, WGS84)
  if (set.srid !== 4326) addCrs.run(set.crsName, set.srid, 'EPSG', set.srid, set.crsWkt)
  const { nameFa, nameEn, isSynthetic } = set.municipality
  const description = `${nameFa} · ${nameEn}${isSynthetic ? ' · داده‌های نمونه، ساختگی · synthetic sample data' : ''}`
  file
    .prepare('insert into gpkg_contents values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .run(TABLE, 'features', TABLE, description, at.toISOString(), ...set.bounds, set.srid)
  file.prepare('insert into gpkg_geometry_columns values (?, ?, ?, ?, 0, 0)').run(TABLE, 'geom', 'MULTIPOLYGON', set.srid)
}

const WGS84 =
  'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],' +
  'PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]'

/** The triggers the R-tree extension (Annex F.3) requires, so that whoever edits the file keeps its index. Added after the rows are in. */
function rtreeTriggers(): string[] {
  const rtree = `rtree_${TABLE}_geom`
  const values = '(new.fid, ST_MinX(new.geom), ST_MaxX(new.geom), ST_MinY(new.geom), ST_MaxY(new.geom))'
  const full = 'new.geom not null and not ST_IsEmpty(new.geom)'
  const bare = '(new.geom isnull or ST_IsEmpty(new.geom))'
  return [
    `create trigger ${rtree}_insert after insert on ${TABLE} when (${full}) begin insert or replace into ${rtree} values ${values}; end`,
    `create trigger ${rtree}_update6 after update of geom on ${TABLE} when old.fid = new.fid and (${full}) and (old.geom not null and not ST_IsEmpty(old.geom))
       begin update ${rtree} set minx = ST_MinX(new.geom), maxx = ST_MaxX(new.geom), miny = ST_MinY(new.geom), maxy = ST_MaxY(new.geom) where id = new.fid; end`,
    `create trigger ${rtree}_update7 after update of geom on ${TABLE} when old.fid = new.fid and (${full}) and (old.geom isnull or ST_IsEmpty(old.geom))
       begin insert into ${rtree} values ${values}; end`,
    `create trigger ${rtree}_update2 after update of geom on ${TABLE} when old.fid = new.fid and ${bare} begin delete from ${rtree} where id = old.fid; end`,
    `create trigger ${rtree}_update5 after update on ${TABLE} when old.fid != new.fid and (${full})
       begin delete from ${rtree} where id = old.fid; insert or replace into ${rtree} values ${values}; end`,
    `create trigger ${rtree}_update4 after update on ${TABLE} when old.fid != new.fid and ${bare} begin delete from ${rtree} where id in (old.fid, new.fid); end`,
    `create trigger ${rtree}_delete after delete on ${TABLE} when old.geom not null begin delete from ${rtree} where id = old.fid; end`,
  ]
}
