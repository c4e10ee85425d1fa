-- Parcel search: every way to name a parcel is one index in the order in which its answers are shown, so that a page of
-- results is a range read whatever the size of the city. Lists hold current parcels; a retired one is found by its whole code.
create index parcels_code_search on land.parcels ((upper(code)) collate "C", parcel_id);
create index parcels_registration_search on land.parcels (registration_main, (coalesce(registration_sub, 0)), parcel_id) where status = 'current';
create index parcels_postal_search on land.parcels (postal_code collate "C", parcel_id) where status = 'current';
create index parcels_neighbourhood_search on land.parcels (neighbourhood_id, parcel_id) where status = 'current';
-- Replaced by the ones above.
drop index land.parcels_registration;
drop index land.parcels_postal_code;
drop index land.parcels_neighbourhood;

-- Words and plate of written addresses. 'simple': no stemming, Persian has no dictionary here; the folding is ours. The plate is
-- in it so that a common name and a plate are met inside the index.
create function land.address_words(address text, house_number text) returns tsvector
language sql immutable parallel safe
return to_tsvector('simple'::regconfig, kernel.fold_text(coalesce(address, '') || ' ' || coalesce(house_number, '')));
create index parcels_address_words on land.parcels using gin (land.address_words(address, house_number)) where status = 'current';

create index water_courses_search on land.water_courses using gin
  (kernel.fold_text(coalesce(name_fa, '') || ' ' || coalesce(name_en, '')) gin_trgm_ops);
create index facilities_parcel on land.facilities (parcel_id);
