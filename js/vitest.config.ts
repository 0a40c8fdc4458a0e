import { defineConfig } from "vitest/config";

// Tests see the package as users do: test/build.ts builds dist/ first. PostgreSQL servers are shared by all files.
export default defineConfig({ test: { include: ["test/**/*.test.ts"], globalSetup: ["test/build.ts", "test/support/servers/shared.ts"], testTimeout: 30_000 } });
