//! Why a client does not see a server.
