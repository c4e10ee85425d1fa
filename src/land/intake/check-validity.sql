-- The shape as it is in the file decides; nothing is mended.
update staged set reason = 'invalid', detail = ST_IsValidReason(shape)
where reason is null and not ST_IsValid(shape)
