// Made from docs/openapi.json by `npm run client:types`.

export interface paths {
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process can answer */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Requests may be sent here */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create an account */
        post: operations["registerUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description With the transport `cookie` the tokens go into cookies that no script can read, and are left out of the body.
         */
        post: operations["signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange the refresh token for a new pair
         * @description The token stands in the body, or in the refresh cookie; the new pair goes the way that it came. 20 exchanges in 5 minutes are a session’s limit; asking again for the same pair is free.
         */
        post: operations["refreshSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign out
         * @description Revokes the session of the access token (any that was signed here, also an expired or superseded one) or of the refresh token. Without either, or a second time, it is 204 too. Who came by cookie loses the cookies, once the session has ended.
         */
        post: operations["signOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in */
        get: operations["getCurrentSession"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the password
         * @description Returns a new pair and a new device token for this session; every other session of the user is revoked. Nothing that was issued before gives access any more, and device tokens from before count for nothing. If the answer is lost, sign in with the new password.
         */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My sessions, newest sign-in first */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        /** Sign out everywhere else, or everywhere */
        delete: operations["revokeSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of my sessions */
        get: operations["getSession"];
        put?: never;
        post?: never;
        /**
         * Sign a device out
         * @description Final once answered. Revoking what is already revoked is 204 too.
         */
        delete: operations["revokeSession"];
        options?: never;
        head?: never;
        /** Name a device */
        patch: operations["renameSession"];
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What has happened to my account, newest first */
        get: operations["listAccountEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is this request signed in?
         * @description Made for auth_request (nginx), forwardAuth (Traefik) and ext_authz (Envoy). A 204 names the session, the user and the roles in headers. With `x-latchkey-include: permissions` it also lists the permissions of these roles, in `x-user-permissions`, separated by commas; a comma, a space, a percent sign or a letter beyond ASCII in a name is percent-encoded, and a list of more than 8 KiB is left out. An outage is a 503, never a 401. A bearer token in `Authorization` goes before the cookie.
         */
        get: operations["verifyRequest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Public keys of every key that may still verify (RFC 7517) */
        get: operations["getJwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open a session for a person who was checked elsewhere
         * @description The address and the agent are the person’s, as the backend has seen them.
         */
        post: operations["openSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-authorization-server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where OAuth clients find what (RFC 8414) */
        get: operations["getAuthorizationServerMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange the refresh token for a new pair (RFC 6749 §6)
         * @description The same exchange as `POST /v1/auth/refresh`, for clients that speak OAuth. They are public: nobody has to authenticate, and a `client_id` is ignored like every parameter that is not listed. What is over is an `invalid_grant`, an outage is a 503.
         */
        post: operations["exchangeRefreshToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/introspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a token is worth (RFC 7662)
         * @description An access token is judged as `GET /v1/verify` does. A refresh token is active while it is its session’s current one, and is not spent by asking. What cannot be known is a 503, never inactive.
         */
        post: operations["introspectToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End the session of a token (RFC 7009)
         * @description Of any token that was issued here, also a spent or an expired one. 200 as well for what is no token, since there is nothing to end; and a second time. It is answered once it holds on every instance.
         */
        post: operations["revokeToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many sessions there are, and what happened to them
         * @description Counted from the sessions themselves. A count serves for ten times as long as it took; `asOf` is its moment. Refreshes are counted by the minute, and up to five seconds late.
         */
        get: operations["getStatistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/stats/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened to sessions over time
         * @description The last hour by the minute, or the last day by the quarter of an hour.
         */
        get: operations["getStatisticsHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How this instance and its stores are doing */
        get: operations["getInstanceStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Users by the beginning of their email address */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One user */
        get: operations["getUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The sessions of a user, newest sign-in first */
        get: operations["listUserSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users/{id}/unlock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a user sign in again after too many failed attempts */
        post: operations["unlockUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/revocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a session, those of a user, or many at once
         * @description Answered once it holds on every instance. A revocation of many holds as a fact from then on; their rows are marked behind it.
         */
        post: operations["createRevocation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/revocations/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many live sessions a revocation would end
         * @description Counts for about a second. Nothing is changed.
         */
        get: operations["previewRevocation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/revocations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a revocation is */
        get: operations["getRevocation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/cleanup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete what has ended, for about a second
         * @description What is left then is for the next call, or for the run that the service makes by itself. Expiry never waits for either.
         */
        post: operations["runCleanup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit log, newest first */
        get: operations["listSecurityEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AccountEvent: {
            /** Format: uuid */
            id: string;
            /** @enum {unknown} */
            type: "sign_in_succeeded" | "sign_in_failed" | "account_locked" | "account_unlocked" | "session_revoked" | "session_limit_reached" | "session_context_changed" | "new_device" | "refresh_reused" | "password_changed" | "password_change_failed" | "roles_changed" | "user_created" | "user_disabled" | "user_enabled";
            /** @enum {unknown} */
            severity: "info" | "warning" | "critical";
            sessionId: string | null;
            /**
             * @description `somebody` was not signed in; `service` is a rule of the service, or a program.
             * @enum {unknown}
             */
            actor: "you" | "operator" | "service" | "somebody";
            ipAddress: string | null;
            device: components["schemas"]["Device"] | null;
            /** @description Why a session ended. */
            reason: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            createdAt: string;
        };
        AccountEventPage: {
            events: components["schemas"]["AccountEvent"][];
            /** @description Pass it as `cursor` to go on; left out on the last page. */
            nextCursor?: string;
        };
        ActiveToken: {
            /** @constant */
            active: true;
            /** Format: uuid */
            sub: string;
            /** Format: uuid */
            sid: string;
            /** @description The permissions of the user; empty for a refresh token. */
            scope: string;
            exp: number;
            iat: number;
            iss: string;
            /** @description Of a refresh token the issuer itself: no other service takes it. */
            aud: string;
            /** @enum {string} */
            token_type: "Bearer" | "refresh_token";
            /** @description The client type. */
            client_id: string;
        };
        AuthorizationServerMetadata: {
            issuer: string;
            jwks_uri: string;
            token_endpoint: string;
            introspection_endpoint: string;
            revocation_endpoint: string;
            grant_types_supported: string[];
            response_types_supported: string[];
            token_endpoint_auth_methods_supported: string[];
            introspection_endpoint_auth_methods_supported: string[];
            revocation_endpoint_auth_methods_supported: string[];
        };
        ChangePasswordRequest: {
            currentPassword: string;
            newPassword: string;
            /** @description Shows that somebody has signed in to this account on this device before: failed sign-ins are counted apart from those of strangers, who so cannot lock the owner out. It signs nobody in. Keep the newest. */
            deviceToken?: string;
        };
        CleanupDone: {
            deletedSessions: number;
            deletedEvents: number;
            tookMs: number;
        };
        CleanupSkipped: {
            /** @constant */
            skipped: "running elsewhere";
        };
        CookieTokens: {
            /** @description Seconds that the access token has left. */
            expiresIn: number;
            /** @description Seconds that the refresh token has left. */
            refreshExpiresIn: number;
            /** Format: uuid */
            sessionId: string;
        };
        CurrentSession: {
            /** Format: uuid */
            sessionId: string;
            user: components["schemas"]["CurrentUser"];
            clientType: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            accessExpiresAt: string;
            needsRefresh: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            idleExpiresAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            expiresAt: string;
        };
        CurrentUser: {
            /** Format: uuid */
            id: string;
            email: string;
            roles: string[];
            permissions: string[];
        };
        Device: {
            /** @enum {unknown} */
            type: "desktop" | "mobile" | "tablet" | "bot" | "unknown";
            os: string | null;
            browser: string | null;
        };
        InactiveToken: {
            /** @constant */
            active: false;
        };
        InstanceStatus: {
            /** @enum {unknown} */
            status: "ok" | "degraded" | "unavailable";
            /** @enum {unknown} */
            postgres: "up" | "down";
            /** @enum {unknown} */
            redis: "up" | "down" | "recovering" | "restricted" | "off";
            /** @description Since this instance has last read what was revoked. */
            feedAgeMs: number;
            /** @description For how long it trusts what it has read. */
            revocationLeaseMs: number;
            version: string;
        };
        JsonWebKeySet: {
            keys: {
                kty: string;
                crv: string;
                x: string;
                y: string;
                kid: string;
                alg: string;
                /** @constant */
                use: "sig";
            }[];
        };
        Liveness: {
            /** @constant */
            status: "ok";
        };
        /** @description RFC 6749 §5.2, with the members of a problem beside its own. */
        OAuthError: {
            /**
             * @description OAuth’s word for it.
             * @enum {string}
             */
            error: "invalid_request" | "invalid_client" | "invalid_grant" | "invalid_scope" | "unsupported_grant_type" | "insufficient_scope" | "temporarily_unavailable" | "server_error";
            /** @description For developers; may be reworded. */
            error_description: string;
            /**
             * Format: uri
             * @description Identifies the kind of problem; ends in its code.
             */
            type: string;
            /** @description The same for every problem of this kind. */
            title: string;
            /** @description The HTTP status. */
            status: number;
            /**
             * @description Stable; decide by this.
             * @enum {string}
             */
            code: "validation_failed" | "confirmation_required" | "unsupported_grant_type" | "invalid_scope" | "authentication_required" | "invalid_credentials" | "access_token_invalid" | "access_token_expired" | "session_revoked" | "session_expired" | "refresh_token_invalid" | "refresh_token_expired" | "refresh_token_reused" | "service_key_invalid" | "permission_denied" | "csrf_rejected" | "insufficient_scope" | "registration_closed" | "client_type_not_allowed" | "user_disabled" | "not_found" | "method_not_allowed" | "email_taken" | "body_too_large" | "unsupported_media_type" | "wrong_password" | "weak_password" | "rate_limited" | "account_locked" | "headers_too_large" | "internal_error" | "overloaded" | "revocation_unconfirmed" | "store_unavailable";
            /** @description What is wrong in this case, and what to do. */
            detail?: string;
            /** @description What does not fit, field by field. */
            errors?: {
                /** @description A JSON Pointer (RFC 6901) to the field. */
                path: string;
                /** @description What the field must be. */
                message: string;
            }[];
            /** @description Why a session was revoked, or an account locked. */
            reason?: string;
            /** @description What a person whose account is locked can do, in words for them. */
            unlock?: string;
            /** @description The permission or scope that is missing. */
            requires?: string;
            /** @description Names this request in the log of the service. */
            requestId: string;
        };
        OpenSessionRequest: {
            /** Format: uuid */
            userId: string;
            clientType?: string;
            /** @description How the person was checked, such as oidc or passkey. */
            authMethod: string;
            ipAddress?: string;
            userAgent?: string;
            /**
             * Format: visible-text
             * @description What the owner calls the device. It has a visible character, and no control, zero-width or direction characters.
             */
            deviceName?: string;
        };
        PasswordChanged: {
            /** @constant */
            tokenType: "Bearer";
            accessToken: string;
            /** @description Seconds that the access token has left. */
            expiresIn: number;
            refreshToken: string;
            /** @description Seconds that the refresh token has left. */
            refreshExpiresIn: number;
            /** Format: uuid */
            sessionId: string;
            /** @description Shows that somebody has signed in to this account on this device before: failed sign-ins are counted apart from those of strangers, who so cannot lock the owner out. It signs nobody in. Keep the newest. */
            deviceToken: string;
        };
        /** @description RFC 9457, sent as application/problem+json. */
        Problem: {
            /**
             * Format: uri
             * @description Identifies the kind of problem; ends in its code.
             */
            type: string;
            /** @description The same for every problem of this kind. */
            title: string;
            /** @description The HTTP status. */
            status: number;
            /**
             * @description Stable; decide by this.
             * @enum {string}
             */
            code: "validation_failed" | "confirmation_required" | "unsupported_grant_type" | "invalid_scope" | "authentication_required" | "invalid_credentials" | "access_token_invalid" | "access_token_expired" | "session_revoked" | "session_expired" | "refresh_token_invalid" | "refresh_token_expired" | "refresh_token_reused" | "service_key_invalid" | "permission_denied" | "csrf_rejected" | "insufficient_scope" | "registration_closed" | "client_type_not_allowed" | "user_disabled" | "not_found" | "method_not_allowed" | "email_taken" | "body_too_large" | "unsupported_media_type" | "wrong_password" | "weak_password" | "rate_limited" | "account_locked" | "headers_too_large" | "internal_error" | "overloaded" | "revocation_unconfirmed" | "store_unavailable";
            /** @description What is wrong in this case, and what to do. */
            detail?: string;
            /** @description What does not fit, field by field. */
            errors?: {
                /** @description A JSON Pointer (RFC 6901) to the field. */
                path: string;
                /** @description What the field must be. */
                message: string;
            }[];
            /** @description Why a session was revoked, or an account locked. */
            reason?: string;
            /** @description What a person whose account is locked can do, in words for them. */
            unlock?: string;
            /** @description The permission or scope that is missing. */
            requires?: string;
            /** @description Names this request in the log of the service. */
            requestId: string;
        };
        Readiness: {
            /** @enum {unknown} */
            status: "ok" | "degraded" | "unavailable";
            /** @enum {unknown} */
            postgres: "up" | "down";
            /** @enum {unknown} */
            redis: "up" | "down" | "recovering" | "restricted" | "off";
        };
        RefreshRequest: {
            refreshToken?: string;
        };
        RegisterRequest: {
            /**
             * Format: email
             * @description An email address. An international domain may be in Unicode or in its ASCII form.
             */
            email: string;
            password: string;
        };
        Registered: {
            user: components["schemas"]["User"];
        };
        RenameSessionRequest: {
            /**
             * Format: visible-text
             * @description What the owner calls the device. It has a visible character, and no control, zero-width or direction characters.
             */
            deviceName: string;
        };
        Revocation: {
            /** Format: uuid */
            id: string;
            /** @enum {unknown} */
            strategy: "session" | "user" | "client_type" | "ip" | "issued_before" | "all";
            /** @description Sessions that it covers and that were not revoked before; null until they are counted. */
            matched: number | null;
            /** @description How many of them are marked so far. */
            revoked: number;
            /** @description Null while rows are being marked. */
            completedAt: string | null;
        };
        RevocationPreview: {
            sessions: number;
            /** @description False: there are at least so many. */
            complete: boolean;
        };
        RevocationProgress: {
            /** Format: uuid */
            id: string;
            /** @enum {unknown} */
            strategy: "session" | "user" | "client_type" | "ip" | "issued_before" | "all";
            /** @description Sessions that it covers and that were not revoked before; null until they are counted. */
            matched: number | null;
            /** @description How many of them are marked so far. */
            revoked: number;
            /** @description Null while rows are being marked. */
            completedAt: string | null;
            /** @description Every instance has acknowledged it. */
            propagated: boolean;
        };
        RevocationRequest: {
            /** @enum {unknown} */
            strategy: "session" | "user" | "client_type" | "ip" | "issued_before" | "all";
            /** @description A session’s or user’s id, a client type, an address or network, a time; left out for everything. */
            value?: string;
            /**
             * Format: visible-text
             * @description For the audit log.
             */
            reason: string;
            /**
             * @description Needed for, and only for, everything.
             * @constant
             */
            confirm?: "all";
        };
        RevokedSessions: {
            revoked: number;
        };
        SecurityEvent: {
            /** Format: uuid */
            id: string;
            /** @enum {unknown} */
            type: "sign_in_succeeded" | "sign_in_failed" | "session_created" | "session_revoked" | "session_limit_reached" | "refresh_reused" | "database_rewound" | "account_locked" | "session_context_changed" | "new_device" | "password_changed" | "password_change_failed" | "account_unlocked" | "user_created" | "user_disabled" | "user_enabled" | "user_deleted" | "roles_changed" | "key_rotated" | "key_revoked" | "service_key_created" | "service_key_revoked" | "bulk_revocation" | "cleanup_ran";
            /** @enum {unknown} */
            severity: "info" | "warning" | "critical";
            userId: string | null;
            sessionId: string | null;
            /** @description A user’s id, `service:NAME`, `cli`, `system` for a rule of the service, or `anonymous`. */
            actor: string;
            ipAddress: string | null;
            userAgent: string | null;
            /** @description An object with what there is to tell of this type. */
            details: unknown;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            createdAt: string;
        };
        SecurityEventPage: {
            events: components["schemas"]["SecurityEvent"][];
            /** @description Pass it as `cursor` to go on; left out on the last page. */
            nextCursor?: string;
        };
        Session: {
            /** Format: uuid */
            id: string;
            /** @description This is the session of the request. */
            current: boolean;
            clientType: string;
            authMethod: string;
            deviceName: string | null;
            device: components["schemas"]["Device"];
            ipAddress: string | null;
            /** @description It was refreshed from another network, and by another browser or system, than it was signed in with. A hint: it may be the owner. */
            suspicious: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            lastActivityAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            idleExpiresAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            expiresAt: string;
        };
        SessionChanges: {
            created: number;
            refreshed: number;
            /** @description Idle for too long, or too old; not revoked. */
            expired: number;
            /** @description By reason. */
            revoked: {
                [key: string]: number;
            };
        };
        SessionPage: {
            sessions: components["schemas"]["Session"][];
            /** @description Pass it as `cursor` to go on; left out on the last page. */
            nextCursor?: string;
        };
        SignInRequest: {
            /**
             * Format: email
             * @description An email address. An international domain may be in Unicode or in its ASCII form.
             */
            email: string;
            password: string;
            clientType?: string;
            /**
             * Format: visible-text
             * @description What the owner calls the device. It has a visible character, and no control, zero-width or direction characters.
             */
            deviceName?: string;
            /** @description Shows that somebody has signed in to this account on this device before: failed sign-ins are counted apart from those of strangers, who so cannot lock the owner out. It signs nobody in. Keep the newest. */
            deviceToken?: string;
            /** @enum {unknown} */
            transport?: "bearer" | "cookie";
        };
        SignOutRequest: {
            refreshToken?: string;
        };
        SignedIn: {
            /** @constant */
            tokenType: "Bearer";
            accessToken: string;
            /** @description Seconds that the access token has left. */
            expiresIn: number;
            refreshToken: string;
            /** @description Seconds that the refresh token has left. */
            refreshExpiresIn: number;
            /** Format: uuid */
            sessionId: string;
            user: components["schemas"]["User"];
            /** @description Shows that somebody has signed in to this account on this device before: failed sign-ins are counted apart from those of strangers, who so cannot lock the owner out. It signs nobody in. Keep the newest. */
            deviceToken: string;
        };
        SignedInByCookie: {
            /** @description Seconds that the access token has left. */
            expiresIn: number;
            /** @description Seconds that the refresh token has left. */
            refreshExpiresIn: number;
            /** Format: uuid */
            sessionId: string;
            user: components["schemas"]["User"];
        };
        Statistics: {
            live: {
                total: number;
                byClientType: {
                    [key: string]: number;
                };
                byAuthMethod: {
                    [key: string]: number;
                };
            };
            lastHour: components["schemas"]["SessionChanges"];
            lastDay: components["schemas"]["SessionChanges"];
            /** @description Of the live sessions. */
            averageAgeSeconds: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            asOf: string;
        };
        StatisticsHistory: {
            stepSeconds: number;
            /** @description Oldest first; the last step is still going on. */
            points: {
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC.
                 */
                at: string;
                signedIn: number;
                signInFailed: number;
                refreshed: number;
                revoked: number;
                /** @description Accounts locked after too many failed sign-ins. */
                locked: number;
                /** @description Spent refresh tokens that came back. */
                reused: number;
            }[];
        };
        TokenPair: {
            /** @constant */
            tokenType: "Bearer";
            accessToken: string;
            /** @description Seconds that the access token has left. */
            expiresIn: number;
            refreshToken: string;
            /** @description Seconds that the refresh token has left. */
            refreshExpiresIn: number;
            /** Format: uuid */
            sessionId: string;
        };
        TokenQuery: {
            /** @description An access or a refresh token. */
            token: string;
            /** @description Not needed: a token shows of which kind it is. */
            token_type_hint?: string;
        };
        TokenRequest: {
            /** @description `refresh_token`; there is no other. */
            grant_type: string;
            refresh_token?: string;
            /** @description Refused: a token cannot be narrowed. */
            scope?: string;
        };
        TokenResponse: {
            access_token: string;
            /** @constant */
            token_type: "Bearer";
            /** @description Seconds that the access token has left. */
            expires_in: number;
            refresh_token: string;
        };
        User: {
            /** Format: uuid */
            id: string;
            email: string;
            roles: string[];
        };
        UserAccount: {
            /** Format: uuid */
            id: string;
            email: string;
            roles: string[];
            disabled: boolean;
            disabledAt: string | null;
            /** @description Until when failed attempts lock sign-in from devices that are not known. */
            lockedUntil: string | null;
            /** @description Of the sessions that are still on record. */
            lastSignInAt: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            createdAt: string;
        };
        UserPage: {
            users: components["schemas"]["UserAccount"][];
            /** @description Pass it as `cursor` to go on; left out on the last page. */
            nextCursor?: string;
        };
        UserSession: {
            /** Format: uuid */
            id: string;
            /** @description This is the session of the request. */
            current: boolean;
            clientType: string;
            authMethod: string;
            deviceName: string | null;
            device: components["schemas"]["Device"];
            ipAddress: string | null;
            /** @description It was refreshed from another network, and by another browser or system, than it was signed in with. A hint: it may be the owner. */
            suspicious: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            lastActivityAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            idleExpiresAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            expiresAt: string;
            /** @enum {unknown} */
            state: "live" | "revoked" | "expired";
            revokedAt: string | null;
            revokedReason: string | null;
        };
        UserSessionPage: {
            sessions: components["schemas"]["UserSession"][];
            /** @description Pass it as `cursor` to go on; left out on the last page. */
            nextCursor?: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Liveness"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    registerUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registered"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `registration_closed`: Registration is closed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `email_taken`: The email address is already registered */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `weak_password`: The new password is not acceptable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.com",
                 *       "password": "a lighthouse keeper reads",
                 *       "deviceName": "My laptop"
                 *     }
                 */
                "application/json": components["schemas"]["SignInRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"] | components["schemas"]["SignedInByCookie"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_credentials`: Incorrect email or password */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `client_type_not_allowed`: This user may not sign in with this client type; `csrf_rejected`: Cross-site request rejected */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `account_locked`: The account is temporarily locked; `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refreshSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RefreshRequest"] | null;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenPair"] | components["schemas"]["CookieTokens"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `refresh_token_invalid`: The refresh token is not valid; `refresh_token_expired`: The refresh token has expired; `refresh_token_reused`: The refresh token was already used; `session_revoked`: The session was revoked; `session_expired`: The session has expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SignOutRequest"] | null;
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `access_token_invalid`: The access token is not valid; `refresh_token_invalid`: The refresh token is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCurrentSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CurrentSession"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePasswordRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasswordChanged"] | components["schemas"]["CookieTokens"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `wrong_password`: The current password is wrong; `weak_password`: The new password is not acceptable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests; `account_locked`: The account is temporarily locked */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded; `revocation_unconfirmed`: The revocation is not confirmed everywhere yet */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionPage"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeSessions: {
        parameters: {
            query?: {
                scope?: "others" | "all";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedSessions"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded; `revocation_unconfirmed`: The revocation is not confirmed everywhere yet */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded; `revocation_unconfirmed`: The revocation is not confirmed everywhere yet */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renameSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RenameSessionRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAccountEvents: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountEventPage"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyRequest: {
        parameters: {
            query?: {
                permission?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected; `permission_denied`: Permission denied; `insufficient_scope`: The service key does not have the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonWebKeySet"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenSessionRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenPair"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `insufficient_scope`: The service key does not have the scope; `client_type_not_allowed`: This user may not sign in with this client type; `user_disabled`: The user is disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAuthorizationServerMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthorizationServerMetadata"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exchangeRefreshToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            /** @description `validation_failed`: The request is not valid; `unsupported_grant_type`: The grant type is not supported; `invalid_scope`: Scopes are not supported; `refresh_token_invalid`: The refresh token is not valid; `refresh_token_expired`: The refresh token has expired; `refresh_token_reused`: The refresh token was already used; `session_revoked`: The session was revoked; `session_expired`: The session has expired */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `overloaded`: The service is overloaded; `store_unavailable`: A store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
        };
    };
    introspectToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["TokenQuery"];
                "application/json": components["schemas"]["TokenQuery"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActiveToken"] | components["schemas"]["InactiveToken"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `insufficient_scope`: The service key does not have the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["TokenQuery"];
            };
        };
        responses: {
            /** @description Its session has ended, or there was none. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `insufficient_scope`: The service key does not have the scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded; `revocation_unconfirmed`: The revocation is not confirmed everywhere yet */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
        };
    };
    getStatistics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statistics"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected; `permission_denied`: Permission denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStatisticsHistory: {
        parameters: {
            query?: {
                span?: "hour" | "day";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatisticsHistory"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected; `permission_denied`: Permission denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getInstanceStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceStatus"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected; `permission_denied`: Permission denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description How it begins, without regard to case. */
                email?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserPage"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected; `permission_denied`: Permission denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserAccount"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected; `permission_denied`: Permission denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUserSessions: {
        parameters: {
            query?: {
                state?: "live" | "all";
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserSessionPage"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected; `permission_denied`: Permission denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unlockUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected; `permission_denied`: Permission denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createRevocation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RevocationRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revocation"];
                };
            };
            /** @description `validation_failed`: The request is not valid; `confirmation_required`: Confirmation is required */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected; `permission_denied`: Permission denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded; `revocation_unconfirmed`: The revocation is not confirmed everywhere yet */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewRevocation: {
        parameters: {
            query: {
                strategy: "session" | "user" | "client_type" | "ip" | "issued_before" | "all";
                /** @description A session’s or user’s id, a client type, an address or network, a time; left out for everything. */
                value?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevocationPreview"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected; `permission_denied`: Permission denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRevocation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevocationProgress"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected; `permission_denied`: Permission denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runCleanup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CleanupDone"] | components["schemas"]["CleanupSkipped"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected; `permission_denied`: Permission denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSecurityEvents: {
        parameters: {
            query?: {
                userId?: string;
                sessionId?: string;
                type?: "sign_in_succeeded" | "sign_in_failed" | "session_created" | "session_revoked" | "session_limit_reached" | "refresh_reused" | "database_rewound" | "account_locked" | "session_context_changed" | "new_device" | "password_changed" | "password_change_failed" | "account_unlocked" | "user_created" | "user_disabled" | "user_enabled" | "user_deleted" | "roles_changed" | "key_rotated" | "key_revoked" | "service_key_created" | "service_key_revoked" | "bulk_revocation" | "cleanup_ran";
                severity?: "info" | "warning" | "critical";
                /** @description An address, or a network like 203.0.113.0/24. */
                ipAddress?: string;
                /** @description Included. */
                since?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecurityEventPage"];
                };
            };
            /** @description `validation_failed`: The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `authentication_required`: Authentication is required; `access_token_invalid`: The access token is not valid; `access_token_expired`: The access token has expired; `session_revoked`: The session was revoked; `session_expired`: The session has expired; `service_key_invalid`: The service key is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_rejected`: Cross-site request rejected; `permission_denied`: Permission denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: A store is unavailable; `overloaded`: The service is overloaded */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
