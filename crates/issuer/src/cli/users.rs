//! `user`.

use clap::Subcommand;
use serde_json::json;
use verilabel_issuer::{
    Actor, AddUser, Authority, ChangeUser, IssueToken, Order, RevokeToken, Role, TokenId, UserId, UserRecord,
};

use super::out::{Table, print, print_json, say};
use super::{Exit, Outcome, Session, Trouble};

/// Rows of a page.
const PAGE: u32 = 1_000;
const DAY: u64 = 86_400;

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Put a user on record; the first one needs nobody's approval and must be an operator
    Add {
        /// The user's name
        name: String,
        /// What the user may do; repeat for several
        #[arg(long, required = true)]
        role: Vec<Role>,
        /// Who it is at the identity provider
        #[arg(long, value_name = "SUBJECT")]
        external: Option<String>,
    },
    /// List users
    List,
    /// Say who a user is at the identity provider, so that it is one person however it signs in
    Link {
        /// The user's name
        name: String,
        /// Issuer and subject, with a blank between
        #[arg(value_name = "SUBJECT")]
        external: String,
    },
    /// Let a user decide and sign in no more
    Disable {
        /// The user's name
        name: String,
    },
    /// Issue a bearer token for the HTTP interface; it is shown once
    Token {
        /// Whose
        name: String,
        /// What it is for
        #[arg(long = "for", value_name = "TEXT", default_value = "verilabel-issuer")]
        purpose: String,
        /// For how many days it is good
        #[arg(long, default_value_t = 90)]
        days: u32,
    },
    /// Make a token worthless
    Revoke {
        /// Its number
        token: TokenId,
    },
}

pub(crate) async fn run(session: &Session, command: UserCommand) -> Outcome {
    let authority = session.open().await?;
    match command {
        UserCommand::Add { name, role, external } => {
            let add = AddUser { name, external, roles: role.into_iter().collect() };
            let id = authority.decide(founder(session, &authority, &add).await?, add).await?;
            print(&id.to_string())?;
        }
        UserCommand::List => list(session, &all(&authority).await?)?,
        UserCommand::Disable { name } => {
            let change = change_of(&authority, &name).await?;
            session.decide(&authority, ChangeUser { active: false, ..change }).await?;
        }
        UserCommand::Link { name, external } => {
            let change = change_of(&authority, &name).await?;
            session.decide(&authority, ChangeUser { external: Some(external), ..change }).await?;
        }
        UserCommand::Token { name, purpose, days } => {
            let user = authority.user_named(&name).await?.user.id;
            let expires_at = session.now().plus_seconds(u64::from(days) * DAY);
            let issued = session.decide(&authority, IssueToken { user, name: purpose, expires_at }).await?;
            if session.json() {
                let token =
                    json!({ "id": issued.id, "token": issued.token.reveal(), "expires_at": expires_at });
                print_json("token", &token)?;
            } else {
                print(issued.token.reveal())?;
                say(&format!("token {} is good until {expires_at}; it is not shown again", issued.id));
            }
        }
        UserCommand::Revoke { token } => session.decide(&authority, RevokeToken { token }).await?,
    }
    Ok(Exit::Good)
}

/// A change of a user that leaves all as it is.
async fn change_of(authority: &Authority, name: &str) -> Result<ChangeUser, Trouble> {
    let UserRecord { user, external, active, version, .. } = authority.user_named(name).await?;
    Ok(ChangeUser { user: user.id, roles: user.roles, external, active, expected: Some(version) })
}

/// Who adds a user: somebody on record, or, while there is nobody, whoever has the folder.
async fn founder(session: &Session, authority: &Authority, add: &AddUser) -> Result<Order, Trouble> {
    if session.has_user() || !authority.users(UserId::new(0), 1).await?.is_empty() {
        return session.order(authority).await;
    }
    if !add.roles.contains(&Role::Operator) {
        let text = "the first user must be an operator: nobody else could add the others";
        return Err(Trouble::Usage(text.to_owned()));
    }
    Ok(Order { actor: Actor::System, at: session.now() })
}

async fn all(authority: &Authority) -> Result<Vec<UserRecord>, Trouble> {
    let mut users = Vec::new();
    let mut after = UserId::new(0);
    loop {
        let page = authority.users(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(users) };
        after = last.user.id;
        users.extend(page);
    }
}

fn list(session: &Session, users: &[UserRecord]) -> Result<(), Trouble> {
    if session.json() {
        return print_json("users", &users);
    }
    let mut table = Table::with(["id", "name", "roles", "since", ""]);
    for record in users {
        let roles: Vec<&str> = record.user.roles.iter().map(|role| role.name()).collect();
        table.row([
            record.user.id.to_string(),
            record.user.name.clone(),
            roles.join(" "),
            record.created_at.date().to_string(),
            if record.active { String::new() } else { "disabled".to_owned() },
        ]);
    }
    table.print()
}
