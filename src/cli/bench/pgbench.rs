//! What Postgres itself does on this machine: the same rows, written by `pgbench`.

use anyhow::{Context as _, Result};
use tokio::process::Command;

use super::queue::Yard;
use crate::store;

/// How long `pgbench` writes.
const SECONDS: &str = "8";

/// A batch of runs as large as the worker's, and as it writes them: claimed, attempted, published,
/// with lineage, moved to the history, and counted.
const SCRIPT: &str = r"\set n 300
select nextval('bench.batch') * :n as first \gset
\set last :first + :n - 1
begin;
update bench.run set state = 'running', attempt = attempt + 1, worker_id = 1
    where id >= :first and id <= :last;
insert into bench.attempt (run_id, number, worker_id)
    select id, 1, 1 from generate_series(:first::bigint, :last::bigint) as id;
commit;
begin;
insert into bench.materialization (id, dataset_id, slice_id, ordinal, run_id, attempt, generation,
        code_id, content, inputs, rows, bytes, paths, sizes, hashes, profile, seconds)
    select id, 2, 1, id, id, 1, id, 1, '\x00112233445566778899aabbccddeeff',
        '\x00112233445566778899aabbccddeeff', 0, 0, '{}', '{}', '{}', '[]', 0.001
    from generate_series(:first::bigint, :last::bigint) as id;
insert into bench.head (dataset_id, slice_id, ordinal, materialization_id, generation, code_id,
        content, inputs)
    select 2, 1, id, id, id, 1, '\x00112233445566778899aabbccddeeff',
        '\x00112233445566778899aabbccddeeff'
    from generate_series(:first::bigint, :last::bigint) as id;
insert into bench.lineage_edge (output_id, input_id, position)
    select id, id, 0 from generate_series(:first::bigint, :last::bigint) as id;
update bench.attempt set state = 'committed', ended_at = clock_timestamp()
    where run_id >= :first and run_id <= :last and number = 1;
insert into bench.run_history (id, backfill_id, dataset_id, slice_id, ordinal, left_state, state,
        outcome, reason, attempt, created_at)
    select id, 1, 2, 1, id, 'running', 'succeeded', 'published', 'missing', 1, now()
    from generate_series(:first::bigint, :last::bigint) as id;
delete from bench.run where id >= :first and id <= :last;
update bench.backfill set published = published + :n where id = 1;
commit;
";

/// `:n` of the script.
const BATCH: f64 = 300.0;
/// How many runs there are for `pgbench`, more than it can write in its time.
const RUNS: i64 = 1_000_000;

/// How many such runs are written in a second: recorded at once, as a backfill is, and then by
/// `pgbench`, batch by batch.
pub(super) async fn rows_per_second(yard: &Yard) -> Result<f64> {
    let recording = store::bench_tables(&yard.mill.pool, RUNS).await? / RUNS as f64;
    let script = yard.home.join("runs.sql");
    std::fs::write(&script, SCRIPT)?;
    let options = yard.mill.pool.connect_options();
    let program = yard.program("pgbench");
    let mut command = Command::new(&program);
    command
        .args(["--no-vacuum", "--client=2", "--jobs=1", "--protocol=prepared", "--time", SECONDS])
        .arg("--file")
        .arg(&script)
        .args([
            "--host",
            options
                .get_socket()
                .map_or_else(
                    || options.get_host().to_owned(),
                    |socket| socket.to_string_lossy().into_owned(),
                )
                .as_str(),
        ])
        .args(["--port", &options.get_port().to_string()])
        .args(["--username", options.get_username()])
        .arg(options.get_database().unwrap_or("postgres"));
    command.env("PGPASSWORD", yard.password()?);
    let said = command.output().await.with_context(|| {
        format!("could not start {}; it comes with Postgres", program.display())
    })?;
    let text = String::from_utf8_lossy(&said.stdout);
    let errors = String::from_utf8_lossy(&said.stderr);
    anyhow::ensure!(said.status.success(), "pgbench failed: {errors}");
    let line =
        text.lines().find(|line| line.starts_with("tps = ")).context("pgbench says no tps")?;
    let batches: f64 = line.split_whitespace().nth(2).context("pgbench says no tps")?.parse()?;
    Ok(1.0 / (recording + 1.0 / (batches * BATCH)))
}
