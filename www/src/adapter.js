// @ts-check
/** What the browser says about its WebGPU adapter. */

/** @import { AdapterFacts } from "./protocol.js" */

/** A browser that gives no answer within this time, in milliseconds, has no adapter to give. */
export const WITHIN = 20_000;

/** Null where there is none. @returns {Promise<AdapterFacts | null>} */
export async function adapterFacts() {
  const gpu = /** @type {any} */ (navigator).gpu;
  const asked = gpu?.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  const late = new Promise((resolve) => setTimeout(resolve, WITHIN, null));
  const adapter = await (asked && Promise.race([asked, late]));
  if (!adapter) return null;
  const { vendor = "", architecture = "", description = "" } = adapter.info ?? {};
  const { maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = adapter.limits;
  return {
    fallback: adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false,
    features: [...adapter.features],
    vendor,
    architecture,
    description,
    limits: { maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup },
  };
}

/** What people call the adapter; browsers reveal more or less of it. @param {AdapterFacts | null} facts */
export function adapterName(facts) {
  if (!facts) return null;
  const { description, vendor, architecture, fallback } = facts;
  const name = description || [vendor, architecture].filter((part) => part !== "").join(" ") || "an adapter without a name";
  return fallback ? `${name} (in software)` : name;
}
