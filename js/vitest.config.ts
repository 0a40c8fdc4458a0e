import { defineConfig } from "vitest/config";

// Tests see the package as users do: test/build.ts builds dist/ first.
export default defineConfig({ test: { include: ["test/**/*.test.ts"], globalSetup: ["test/build.ts"], testTimeout: 30_000 } });
