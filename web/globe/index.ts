export { createGlobe } from "./globe.ts";
export * from "./contract.ts";
