-- Make a pool known as it is declared; slots that a person set stay.
insert into tidemill.pool (
    name, slots, live_weight, late_weight, backfill_weight, live_floor, late_floor, backfill_floor
)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict on constraint pool_name_key do update
set slots = case when pool.is_overridden then pool.slots else excluded.slots end,
    live_weight = excluded.live_weight,
    late_weight = excluded.late_weight,
    backfill_weight = excluded.backfill_weight,
    live_floor = excluded.live_floor,
    late_floor = excluded.late_floor,
    backfill_floor = excluded.backfill_floor
returning id as "id!"
