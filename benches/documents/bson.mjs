// @ts-check
// One copy of `bson` for everything in benches/: the peer that is measured makes the documents, too.
export * as BSON from "bson";
