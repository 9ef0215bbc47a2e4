-- Add up what finished of each backfill, and end those whose last run did. The row itself is read,
-- not a picture of it: of two commits, the second adds to what the first left. What is over is not
-- paused, even if somebody paused it while its last run was published.
update tidemill.backfill
set published = backfill.published + ended.published,
    unchanged = backfill.unchanged + ended.unchanged,
    failed = backfill.failed + ended.failed,
    cancelled = backfill.cancelled + ended.cancelled,
    state = case
        when backfill.state <> 'active' or backfill.published + backfill.unchanged + backfill.failed
            + backfill.cancelled + ended.total < backfill.runs then backfill.state
        when 0 < backfill.failed + ended.failed + backfill.cancelled + ended.cancelled then 'failed'
        else 'completed'
    end,
    finished_at = case
        when backfill.state = 'active' and backfill.published + backfill.unchanged + backfill.failed
            + backfill.cancelled + ended.total = backfill.runs then now()
        else backfill.finished_at
    end,
    paused_at = case
        when backfill.published + backfill.unchanged + backfill.failed + backfill.cancelled
            + ended.total < backfill.runs then backfill.paused_at
    end,
    paused_by = case
        when backfill.published + backfill.unchanged + backfill.failed + backfill.cancelled
            + ended.total < backfill.runs then backfill.paused_by
    end
from (
    select id, published, unchanged, failed, cancelled,
        published + unchanged + failed + cancelled as total
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
        as ended (id, published, unchanged, failed, cancelled)
) as ended
where backfill.id = ended.id
