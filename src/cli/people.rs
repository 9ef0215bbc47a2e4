//! `tidemill user` and `tidemill token`: who may sign in, and what programs show.

use std::io::{IsTerminal as _, Read as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::backfill::user;
use super::fault::Fault;
use super::output;
use super::session::Session;
use crate::api::accounts;
use crate::model::{Role, Scope};
use crate::store::{self, PersonRow, TokenRow};

#[derive(Debug, Args)]
pub(super) struct UserArgs {
    #[command(subcommand)]
    command: Option<UserCommand>,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add somebody who may sign in.
    Add {
        /// What they type to sign in.
        login: String,
        /// What they may do: viewer, operator, editor, admin.
        #[arg(long, value_parser = parse_role)]
        role: Role,
        /// What they are called; the login otherwise.
        #[arg(long)]
        name: Option<String>,
        /// Read their password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give somebody another password, read from standard input, and end their sessions.
    Password {
        /// What they type to sign in.
        login: String,
    },
    /// Let somebody sign in no more, and end their sessions and tokens.
    Disable {
        /// What they type to sign in.
        login: String,
    },
    /// Let somebody sign in again.
    Enable {
        /// What they type to sign in.
        login: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    #[command(subcommand)]
    command: Option<TokenCommand>,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token, and print its secret; it is shown this once.
    Create {
        /// Whose it is: what they type to sign in.
        #[arg(long)]
        user: String,
        /// The most it may do, and never more than its user: viewer, operator, editor, admin.
        #[arg(long, value_parser = parse_role)]
        role: Role,
        /// For how many days.
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
        /// What it is for.
        #[arg(long, default_value = "made at the terminal")]
        name: String,
    },
    /// End a token at once.
    Revoke {
        /// Its number.
        token: i64,
    },
}

fn parse_role(text: &str) -> Result<Role, String> {
    let all = Role::ALL.map(Role::as_str).join(", ");
    Role::parse(text).ok_or_else(|| format!("there is no such role; there are {all}"))
}

/// Lists who may sign in, or changes that.
pub(super) async fn users(session: &Session, args: &UserArgs, json: bool) -> Result<ExitCode> {
    let pool = &session.mill.pool;
    let by = user();
    let said = match &args.command {
        None => return list_users(session, json).await,
        Some(UserCommand::Add { login, role, name, password_stdin }) => {
            let password = password_stdin.then(read_password).transpose()?;
            let new = accounts::NewUser {
                login,
                name: name.as_deref().unwrap_or(login),
                role: *role,
                scope: &Scope::everything(),
                password: password.as_deref(),
            };
            let id = accounts::add_user(pool, new, &by).await.map_err(refused)?;
            if json {
                output::json(&json!({ "id": id, "login": login, "role": role.as_str() }));
                return Ok(ExitCode::SUCCESS);
            }
            format!("`{login}` may sign in as {}", role.as_str())
        }
        Some(UserCommand::Password { login }) => {
            let person = person(session, login).await?;
            let password = read_password()?;
            accounts::set_password(pool, &person, &password, &by).await.map_err(refused)?;
            format!("`{login}` has another password; their sessions have ended")
        }
        Some(UserCommand::Disable { login }) => {
            let person = person(session, login).await?;
            accounts::disable(pool, &person, true, &by).await.map_err(refused)?;
            format!("`{login}` may not sign in; their sessions and tokens have ended")
        }
        Some(UserCommand::Enable { login }) => {
            let person = person(session, login).await?;
            accounts::disable(pool, &person, false, &by).await.map_err(refused)?;
            format!("`{login}` may sign in again")
        }
    };
    if json {
        return list_users(session, json).await;
    }
    output::line(&said);
    Ok(ExitCode::SUCCESS)
}

/// Lists tokens, or makes or ends one.
pub(super) async fn tokens(session: &Session, args: &TokenArgs, json: bool) -> Result<ExitCode> {
    let pool = &session.mill.pool;
    let by = user();
    match &args.command {
        None => list_tokens(session, json).await,
        Some(TokenCommand::Create { user, role, days, name }) => {
            let person = person(session, user).await?;
            let expires_at =
                crate::clock::now() + SignedDuration::from_hours(i64::from(*days) * 24);
            let made = accounts::make_token(pool, &person, name, *role, expires_at, &by);
            let (id, secret) = made.await.map_err(refused)?;
            if json {
                output::json(
                    &json!({ "id": id, "secret": secret, "expires_at": expires_at.to_string() }),
                );
            } else {
                // Alone on standard output, so that a script can take it as it is.
                eprintln!("token {id} of `{user}` until {expires_at:.0}; it is shown this once:");
                output::line(&secret);
            }
            Ok(ExitCode::SUCCESS)
        }
        Some(TokenCommand::Revoke { token }) => {
            if !accounts::revoke_token(pool, *token, &by).await.map_err(refused)? {
                let message = format!("there is no token {token} that could still be used");
                return Err(Fault::new("TM0202", message)
                    .hint("`tidemill token` lists them")
                    .into());
            }
            if json {
                return list_tokens(session, json).await;
            }
            output::line(&format!("token {token} is of no use any more"));
            Ok(ExitCode::SUCCESS)
        }
    }
}

pub(super) fn refused(refusal: accounts::Refusal) -> anyhow::Error {
    match refusal {
        accounts::Refusal::Input(message) | accounts::Refusal::Conflict(message) => {
            Fault::new("TM0202", message).into()
        }
        accounts::Refusal::Store(error) => error.into(),
    }
}

async fn person(session: &Session, login: &str) -> Result<PersonRow> {
    let mut db = session.mill.pool.acquire().await?;
    let found = store::person_by_login(&mut db, login).await?;
    found.ok_or_else(|| {
        Fault::new("TM0202", format!("there is no user `{login}`"))
            .hint("`tidemill user` lists them")
            .into()
    })
}

fn read_password() -> Result<String> {
    let mut text = String::new();
    let mut input = std::io::stdin();
    if input.is_terminal() {
        eprintln!(
            "the password, as it is typed now, is shown; better pipe it in. End with Ctrl-D:"
        );
    }
    input.by_ref().take(4096).read_to_string(&mut text).context("could not read the password")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// So many are shown at a time; whoever has more looks at the pages.
const MOST: i64 = 500;

async fn list_users(session: &Session, json: bool) -> Result<ExitCode> {
    let mut db = session.mill.pool.acquire().await?;
    let people = store::people(&mut db, 0, MOST).await?;
    if json {
        let line = |person: &PersonRow| {
            json!({
                "id": person.id,
                "login": person.login,
                "name": person.name,
                "role": person.role.as_str(),
                "disabled": person.disabled_at.is_some(),
            })
        };
        output::json(&people.iter().map(line).collect());
    } else if people.is_empty() {
        output::line("there is nobody yet; `tidemill user add NAME --role admin` adds somebody");
    } else {
        let row = |person: &PersonRow| {
            let state = if person.disabled_at.is_some() { "disabled" } else { "" };
            vec![
                person.login.clone(),
                person.role.as_str().to_owned(),
                person.name.clone(),
                state.to_owned(),
            ]
        };
        let rows: Vec<_> = people.iter().map(row).collect();
        output::table(&["USER", "ROLE", "NAME", "STATE"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}

async fn list_tokens(session: &Session, json: bool) -> Result<ExitCode> {
    let mut db = session.mill.pool.acquire().await?;
    let tokens = store::tokens(&mut db, None, None, MOST).await?;
    let now = crate::clock::now();
    if json {
        let line = |token: &TokenRow| {
            json!({
                "id": token.id,
                "name": token.name,
                "user": token.login,
                "role": token.role.as_str(),
                "expires_at": token.expires_at.to_jiff().to_string(),
                "last_used_at": token.last_used_at.map(|at| at.to_jiff().to_string()),
                "revoked_at": token.revoked_at.map(|at| at.to_jiff().to_string()),
            })
        };
        output::json(&tokens.iter().map(line).collect());
    } else if tokens.is_empty() {
        output::line("there are no tokens; `tidemill token create` makes one");
    } else {
        let rows: Vec<_> = tokens.iter().map(|token| token_cells(token, now)).collect();
        output::table(&["TOKEN", "USER", "ROLE", "UNTIL", "LAST USED", "FOR"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}

fn token_cells(token: &TokenRow, now: Timestamp) -> Vec<String> {
    let expires_at = token.expires_at.to_jiff();
    let until = match token.revoked_at {
        Some(_) => "revoked".to_owned(),
        None if expires_at <= now => "expired".to_owned(),
        None => format!("{expires_at:.0}"),
    };
    let used = token.last_used_at.map(|at| format!("{:.0}", at.to_jiff()));
    vec![
        token.id.to_string(),
        token.login.clone(),
        token.role.as_str().to_owned(),
        until,
        used.unwrap_or_else(|| "never".to_owned()),
        token.name.clone(),
    ]
}
