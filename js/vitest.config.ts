import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Tests see the package as users do: test/build.ts builds dist/ first. PostgreSQL servers are shared by all files.
// One file more at a time than there are cores, as much of the time belongs to the servers.
export default defineConfig({ test: { maxWorkers: availableParallelism() + 1, include: ["test/**/*.test.ts"], globalSetup: ["test/build.ts", "test/support/servers/shared.ts"], testTimeout: 30_000 } });
