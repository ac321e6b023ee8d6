// @ts-check
/** Where on the page a person was, which a reload restores once there is as much of the page as there was. */

const KEY = "place";

/** Remembers it when the page is left, and returns to it, unless the person has moved meanwhile. */
export function keepPlace() {
  history.scrollRestoration = "manual"; // The browser would do it before there is anything to scroll.
  addEventListener("pagehide", () => store(String(scrollY)));
  const [visit] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  const place = visit?.type === "navigate" ? 0 : Number(stored());
  if (!place) return;
  document.addEventListener("explained", () => scrollY === 0 && scrollTo({ top: place, behavior: "instant" }), { once: true });
}

/** @param {string} place */
function store(place) {
  try {
    sessionStorage.setItem(KEY, place);
  } catch {
    // The browser stores nothing.
  }
}

function stored() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
