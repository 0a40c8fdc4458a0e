/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const __wbg_plan_free: (a: number, b: number) => void;
export const plan_check: (a: number, b: number, c: number) => any;
export const plan_check_statement: (a: number) => [number, number];
export const plan_compile: (a: number, b: number, c: number, d: number) => [number, number, number];
export const plan_ddl: (a: number, b: number, c: number) => [number, number];
export const plan_digest_statement: (a: number, b: number, c: number, d: number) => [number, number];
export const plan_explain: (a: number) => [number, number];
export const plan_migrate: (a: number, b: number) => [number, number, number];
export const plan_read_statement: (a: number, b: number) => [number, number];
export const plan_stream_statement: (a: number, b: number) => [number, number];
export const plan_warnings: (a: number) => any;
export const plan_write_statements: (a: number, b: number) => any;
export const __wbindgen_externrefs: WebAssembly.Table;
export const __wbindgen_malloc: (a: number, b: number) => number;
export const __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
export const __wbindgen_free: (a: number, b: number, c: number) => void;
export const __externref_table_dealloc: (a: number) => void;
export const __wbindgen_start: () => void;
