/** Who may see a layer or a field. Until accounts exist every request is of the public. */
export const AUDIENCES = ['public', 'staff'] as const
export type Audience = (typeof AUDIENCES)[number]
