-- The seal of the log. The head, the tiles and the checkpoints move together, in one transaction, from a size
-- that the sealer knows; so two sealers do nothing twice.
create table if not exists seal_head (
    single boolean primary key default true check (single),
    size bigint not null,
    key text,
    broken text
);
-- `key` is that of whoever checks; `broken` says why nothing is sealed any more.
insert into seal_head (size) values (0) on conflict do nothing;

-- Hashes of the Merkle tree, 32 bytes each, up to 256 a tile: domain/tiles.py.
create table if not exists seal_tiles (
    level smallint not null,
    number bigint not null,
    hashes bytea storage external not null,
    primary key (level, number)
);

-- The signed checkpoints: one for every 256 events, and the newest.
create table if not exists seal_checkpoints (
    size bigint primary key,
    note text not null
);
