-- Roles. The application role owns nothing: it gets table rights, one by one, in the migrations that create the tables.
-- Migrations run as the owner role (or a superuser); `barzan_app` is created beforehand by whoever administers the server,
-- or by db/local-cluster.ts on a private cluster.
create extension if not exists postgis;
create extension if not exists pg_trgm;
create extension if not exists btree_gist;

create schema if not exists kernel;
grant usage on schema kernel to barzan_app;

-- The heavy search key of Persian text: the same answer as foldText() of src/kernel/text.ts (a test compares the two).
-- Letters and digits that look or sound alike become one; zero-width joiners, tatweel and diacritics vanish;
-- punctuation becomes a space; Latin is lower-cased.
create function kernel.fold_text(value text) returns text
language sql immutable strict parallel safe
return trim(regexp_replace(
  regexp_replace(
    regexp_replace(
      translate(lower(normalize(value, NFKC) collate "und-x-icu"),
        'يىئكةۀہھأإآٱؤ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹',
        'یییکههههااااو01234567890123456789'),
      '[\u0610-\u061a\u064b-\u065f\u0670\u0640\u200b-\u200f\u2060-\u2064\u2066-\u2069\u202a-\u202e\ufeff\u0300-\u036f]', '', 'g'),
    '[^[:alnum:]]+', ' ', 'g'),
  '\s+', ' ', 'g'));
