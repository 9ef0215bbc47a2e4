//! Keys with awkward values, and days that have not 24 hours.

use tidemill::model::{PartitionKey, Slice};
use tidemill::prelude::*;
use tidemill::store;

use crate::support::{TestMill, rows_text};

/// Values that break whoever joins keys into text.
const AWKWARD: [&str; 6] =
    ["a,b", "c/d/../e", "it's \"quoted\"", "żółć 💧", "100% {x} [y] *", "2024-01-01 tenant=a"];

fn key(value: &str) -> PartitionKey {
    PartitionKey { slice: Slice::new([value]), ordinal: 19723 }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_text_works_as_the_value_of_a_listed_dimension() {
    let test = TestMill::new(|project| {
        let day = TimePartitions::daily("2024-01-01").until("2024-01-02");
        let by_tenant = project.job(
            Transform::new("by_tenant").partitions(day.clone().listed("tenant", AWKWARD)).run(
                |cx, []| {
                    let tenant = cx.value("tenant").unwrap_or_default().to_owned();
                    Ok(df!("tenant" => [tenant])?.lazy())
                },
            ),
        );
        project.job(
            Transform::new("all")
                .reads(&by_tenant, Mapping::Same)
                .partitions(&day)
                .run(|_, [by_tenant]| Ok(by_tenant)),
        );
        let one = DimensionMapping::Fixed(vec![AWKWARD[1].to_owned()]);
        project.job(
            Transform::new("second")
                .reads(&by_tenant, Mapping::Same.dimension("tenant", one))
                .partitions(&day)
                .run(|_, [by_tenant]| Ok(by_tenant)),
        );
    })
    .await;

    assert_eq!(test.catch_up().await, "8 published");
    let ordinal = test.key("all", "2024-01-01").ordinal;
    for value in AWKWARD {
        let key = PartitionKey { ordinal, ..key(value) };
        assert_eq!(rows_text(&test.frame("by_tenant", &key).await), value);
    }
    let mut sorted = AWKWARD;
    sorted.sort_unstable();
    assert_eq!(test.rows("all", "2024-01-01").await, sorted.join("\n"));
    assert_eq!(test.rows("second", "2024-01-01").await, AWKWARD[1]);
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_registered_while_running_gets_partitions_of_its_own() {
    let test = TestMill::new(|project| {
        let day = TimePartitions::daily("2024-01-01").until("2024-01-02");
        let visits = project.source(
            Source::files("visits", "visits/{site}/{day}.csv")
                .partitions(day.clone().dynamic("site"))
                .contract(Contract::new([("visits", Type::Int64)])),
        );
        let by_site = project.job(
            Transform::new("by_site")
                .reads(&visits, Mapping::Same)
                .partitions(day.clone().dynamic("site"))
                .run(|_, [visits]| Ok(visits)),
        );
        project.job(
            Transform::new("all")
                .reads(&by_site, Mapping::Same)
                .partitions(&day)
                .run(|_, [by_site]| Ok(by_site.select([col("visits").sum()]))),
        );
    })
    .await;
    // Values are percent-coded in file names, where they must be.
    test.land("visits/a%2Fb,c/2024-01-01.csv", "visits\n1\n");
    let register = async |value: &str| {
        let mut db = test.mill.pool.acquire().await.unwrap();
        store::register_value(&mut db, "site", value).await.unwrap()
    };

    // What stands in the path of a file registers itself.
    assert_eq!(test.catch_up().await, "2 published");
    assert!(!register("a/b,c").await);
    assert_eq!(test.rows("all", "2024-01-01").await, "1");
    // A value without a file is a partition that is missing, and holds its reader up.
    assert!(register("shop").await && !register("shop").await);
    test.land("visits/shop/2024-01-01.csv", "visits\n20\n");
    assert_eq!(test.catch_up().await, "2 published");
    assert_eq!(test.rows("all", "2024-01-01").await, "21");
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_on_which_clocks_change_is_made_from_23_or_25_hours() {
    let test = TestMill::new(|project| {
        let declare = |project: &mut Project, name: &str, from: &str, to: &str| {
            let hour = TimePartitions::hourly(from).time_zone("Europe/Berlin").until(to);
            let hours =
                project.job(Transform::new(&format!("{name}_hours")).partitions(&hour).run(
                    |cx, []| Ok(df!("one" => [1_i64])?.lazy().select([cx.start().alias("at")])),
                ));
            project.job(
                Transform::new(&format!("{name}_day"))
                    .reads(&hours, Mapping::overlapping())
                    .partitions(hour.by_day())
                    .run(|_, [hours]| Ok(hours.select([col("at").n_unique().alias("hours")]))),
            );
        };
        declare(project, "spring", "2024-03-31", "2024-04-01");
        declare(project, "autumn", "2024-10-27", "2024-10-28");
    })
    .await;

    assert_eq!(test.catch_up().await, "50 published");
    assert_eq!(test.rows("spring_day", "2024-03-31").await, "23");
    assert_eq!(test.rows("autumn_day", "2024-10-27").await, "25");
    test.finish().await;
}
