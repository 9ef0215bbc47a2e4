-- Take back the mark of every object that some version names, whatever its path looks like.
with named as (
    select unnest(paths) as path from tidemill.materialization
    union all
    select rejects_path from tidemill.materialization where rejects_path is not null
)
delete from tidemill.orphan
using named
where orphan.path = named.path
