// @ts-check
/** What the page is about, for those who ask. */

import { byId } from "./html.js";

export function offerAbout() {
  const [panel, button] = [byId("about", HTMLElement), byId("about-open", HTMLButtonElement)];
  button.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) panel.scrollIntoView({ block: "nearest" });
  });
}
