import { build, fresh } from "../scripts/build.mjs";

/** Tests see the package as users do: built. */
export default async function setup(): Promise<void> {
  if (!fresh()) await build();
}
