// @ts-check
export * from "./user.js";
export * from "./marketplace.js";
export * from "./payment.js";
export * from "./ledger.js";
export * from "./destinations.js";
export * from "./points.js";
export * from "./chat.js";
export * from "./notification.js";
export * from "./dispute.js";
export * from "./content.js";
export * from "./config.js";
export * from "./telegram.js";
