// For `npx drizzle-kit generate`, which made the files in drizzle/.
export default { dialect: "postgresql", schema: "./schema.ts", out: "./drizzle" };
