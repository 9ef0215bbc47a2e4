//! Requests that nobody thought of, made up from the OpenAPI document.

use std::path::PathBuf;
use std::process::Stdio;

use crate::support::api::Api;

#[expect(clippy::disallowed_methods, reason = "set for the tests alone")]
/// What makes up requests; beside the S3 server of the tests.
fn schemathesis() -> PathBuf {
    let moto = std::env::var("TIDEMILL_TEST_MOTO").unwrap_or_else(|_| {
        panic!("TIDEMILL_TEST_MOTO is not set: `make test` sets it, and installs what is missing")
    });
    let tool = PathBuf::from(moto).with_file_name("schemathesis");
    assert!(tool.exists(), "{} is not there: `.ci/need schemathesis` installs it", tool.display());
    tool
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_that_is_made_up_is_answered_otherwise_than_described() {
    let tool = schemathesis();
    let api = Api::made().await;
    let bearer = format!("Authorization: Bearer {}", api.token("admin"));
    let folder = tempfile::tempdir().unwrap();
    let mut command = tokio::process::Command::new(tool);
    command
        .arg("run")
        .arg(format!("{}/api/v1/openapi.json", api.base))
        .args(["--header", &bearer, "--checks"])
        .arg("not_a_server_error,status_code_conformance,content_type_conformance")
        .args(["--max-examples", "8", "--phases", "examples,coverage,fuzzing"])
        .args(["--max-time", "45", "--generation-deterministic", "--no-shrink", "--no-color"])
        // A stream does not end; and nothing is to sign out or change who asks.
        .args(["--exclude-path-regex", "/live$|/follow$|/session|/setup|/users/.id"])
        .args(["--exclude-method", "DELETE", "--continue-on-failure", "--warnings", "off"])
        .args(["--suppress-health-check", "all", "--request-timeout", "20"])
        .current_dir(folder.path())
        .stdin(Stdio::null());
    let output = command.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let also = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{also}\n{}", api.said());
    // Who is not let in any more would have been answered 401 to the rest.
    api.get("admin", "/backfills").await.ok();
}
