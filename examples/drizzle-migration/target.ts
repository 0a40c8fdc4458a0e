import { parse } from "pg-connection-string";

/**
 * The database a migration may write to: `MIGRATION_PG_URL`, whose host must be one of `MIGRATION_ALLOWED_HOSTS` (comma-separated;
 * this machine where it is not set). It never falls back to the service's `PG_URL`.
 */
export function migrationTarget(env: NodeJS.ProcessEnv = process.env): string {
  const url = env.MIGRATION_PG_URL;
  if (!url) throw new Error("MIGRATION_PG_URL is not set; it names the PostgreSQL that is migrated");
  const allowed = (env.MIGRATION_ALLOWED_HOSTS ?? "localhost,127.0.0.1,::1").split(",").map((host) => host.trim()).filter(Boolean);
  // What the driver connects to, which is not always the URL's host: `?host=` overrides it.
  const host = parse(url).host?.replace(/^\[|\]$/g, "") || "the driver's default";
  if (!allowed.includes(host)) throw new Error(`\`${host}\` is not a host that migrations may write to; MIGRATION_ALLOWED_HOSTS has ${allowed.map((name) => `\`${name}\``).join(", ") || "none"}`);
  return url;
}
