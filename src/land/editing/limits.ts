/** Whatever lies this near a known corner or edge lies on it: coordinates in degrees come back rounded, and surveys are not finer. Metres. */
export const SNAP_M = 0.05
/** Larger crossings are ground of two parcels; smaller ones are rounding (the land's invariant, and the rule of the database). */
export const LARGEST_ROUNDING_M2 = 0.05
/** Least ground of a parcel: less is an error of drawing. What a plan allows at least is a rule of the plan, not of the shape. */
export const LEAST_AREA_M2 = 1
/** A parcel is somewhere at least this wide; anything narrower everywhere is a sliver between two lines. Metres. */
export const LEAST_WIDTH_M = 0.5
/** Parcels to be joined share at least this much of their boundaries, metres. */
export const LEAST_SHARED_M = 0.5
/** A correction does not make a parcel larger than this many times what it was. */
export const MOST_GROWTH = 10
/** How far outside the city's boundary a parcel may reach; surveys and boundaries differ by so much. Metres. */
export const BEYOND_BOUNDARY_M = 1
/** A drawn shape may lie this far from the parcel it is about, degrees (about 10 km): beyond, the projection need not exist. */
export const FARTHEST_DEG = 0.1
/** Parcels that one split makes, or one merge takes, at most. */
export const MOST_PARCELS = 50
