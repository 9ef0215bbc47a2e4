//! Jobs that bring data in and take it out, and lakes that are not folders.

use std::io::Write as _;
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::write::GzEncoder;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use polars::prelude::ParquetWriter;
use tidemill::lake::Place;
use tidemill::prelude::*;
use tokio::net::TcpListener;

use crate::support::{Cluster, Moto, Places, TestMill};

#[tokio::test(flavor = "multi_thread")]
async fn a_load_brings_rows_and_an_export_takes_them_out_under_one_key() {
    let router = axum::Router::new().route("/rate", axum::routing::get(async || "1.25"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let taken: Arc<Mutex<Vec<(String, u64)>>> = Arc::default();
    let out = Arc::clone(&taken);
    let test = TestMill::new(|project| {
        let day = TimePartitions::daily("2024-01-01").until("2024-01-03");
        let rates = project.job(
            Load::new("rates")
                .partitions(&day)
                .version("1")
                .contract(Contract::new([("day", Type::String), ("rate", Type::Float64)]))
                .run(move |cx| async move {
                    let rate: f64 = get(address, "/rate").await?.parse()?;
                    Ok(df!("day" => [cx.label()], "rate" => [rate])?.lazy())
                }),
        );
        project.job(
            Export::new("sent")
                .reads(&rates, Mapping::Same)
                .partitions(&day)
                .version("1")
                .retry(Retry::fixed(Duration::from_millis(5)))
                .run(move |cx, [rates]| {
                    let out = Arc::clone(&out);
                    async move {
                        let rows = rates.collect()?.height() as u64;
                        let key = cx.idempotency_key();
                        let mut out = out.lock().expect("no holder of the lock panics");
                        let is_first = out.iter().all(|(held, _)| *held != key);
                        out.push((key, rows));
                        if is_first { Err(JobError::new("the line broke")) } else { Ok(rows) }
                    }
                }),
        );
    })
    .await;

    assert_eq!(test.catch_up().await, "4 published");
    assert_eq!(test.rows("rates", "2024-01-02").await, "2024-01-02 | 1.25");
    assert_eq!(test.rows("sent", "2024-01-02").await, "sent/2024-01-02 | 1");
    let mut taken = taken.lock().unwrap().clone();
    taken.sort();
    let key = |day: &str| (format!("sent/{day}"), 1);
    assert_eq!(
        taken,
        [key("2024-01-01"), key("2024-01-01"), key("2024-01-02"), key("2024-01-02")],
        "both attempts have the same key"
    );
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
    server.abort();
}

/// The body of an answer, by the plainest client there is.
async fn get(address: std::net::SocketAddr, path: &str) -> std::io::Result<String> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let mut connection = tokio::net::TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    Ok(answer.rsplit("\r\n").next().unwrap_or_default().to_owned())
}

/// Orders as text, prices as parquet, and what is made from both.
fn shop(project: &mut Project) {
    let day = TimePartitions::daily("2024-01-01").until("2024-01-04");
    let orders = project.source(
        Source::files("orders", "orders/{day}.csv.gz")
            .partitions(&day)
            .contract(Contract::new([("item", Type::String), ("pieces", Type::Int64)])),
    );
    let prices = project.source(
        Source::files("prices", "prices/*.parquet")
            .contract(Contract::new([("item", Type::String), ("price", Type::Int64)])),
    );
    let revenue = project.job(
        Transform::new("revenue")
            .reads(&orders, Mapping::Same)
            .reads(&prices, Mapping::All)
            .partitions(&day)
            .run(|_, [orders, prices]| {
                let on = [col("item")];
                let joined = orders.join(prices, on.clone(), on, JoinArgs::new(JoinType::Inner));
                Ok(joined.select([(col("pieces") * col("price")).sum().alias("revenue")]))
            }),
    );
    project.job(
        Transform::new("total")
            .reads(&revenue, Mapping::overlapping())
            .partitions(day.weekly().until("2024-01-08"))
            .run(|_, [revenue]| Ok(revenue.select([col("revenue").sum()]))),
    );
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn parquet(item: &str, price: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut frame = df!("item" => [item], "price" => [price]).unwrap();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_and_lake_may_be_in_an_object_store() {
    let moto = Moto::start().await;
    let options = Cluster::shared().await.database().await;
    let test = TestMill::with(shop, |_| Places {
        options,
        lake: "s3://bucket/some/lake".to_owned(),
        landing: "s3://bucket/landing".to_owned(),
        store_options: moto.options(),
    })
    .await;
    let landing = Place::open("s3://bucket/landing", &moto.options()).unwrap();
    let land = async |path: &str, bytes: Vec<u8>| {
        landing.store().put(&Path::from(path), bytes.into()).await.unwrap();
    };
    for day in 1..=3 {
        land(&format!("orders/2024-01-0{day}.csv.gz"), gzip("item,pieces\ntea,2\nmilk,1\n")).await;
    }
    land("prices/tea.parquet", parquet("tea", 3)).await;
    land("prices/milk.parquet", parquet("milk", 1)).await;

    assert_eq!(test.catch_up().await, "4 published");
    assert_eq!(test.rows("revenue", "2024-01-02").await, "7");
    assert_eq!(test.rows("total", "2024-W01").await, "21");
    let head = test.head("total", &test.key("total", "2024-W01")).await.unwrap();
    assert!(head.paths[0].starts_with("total/2024-W01/"), "{:?}", head.paths);
    assert_eq!(test.plan_needed().await, "nothing");

    land("orders/2024-01-02.csv.gz", gzip("item,pieces\ntea,3\nmilk,1\n")).await;
    assert_eq!(
        test.plan_stale().await,
        "1 revenue stale_input: 2024-01-02\n2 total upstream: 2024-W01"
    );
    assert_eq!(test.catch_up().await, "2 published");
    assert_eq!(test.rows("total", "2024-W01").await, "24");
    test.finish().await;
}
