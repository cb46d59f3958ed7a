//! Tokens of an OpenID provider.
