// The module itself is made by the build (see tsdown.config.ts): it exists in dist/ only.
/** @internal */
export declare const base64: string;
