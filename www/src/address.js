// @ts-check
/** The address of the page, which holds the view. */

import { kept } from "./kept.js";
import { keepPlace } from "./place.js";
import { copyLink, isNewer, LINK_TEXT_LIMIT, missingModels, notHere, readState, USUAL_CHOICES, writeState } from "./state.js";
import { partsOf } from "./without.js";

/** @import { Catalogue } from "./catalogue.js" */
/** @import { Notices } from "./notices.js" */
/** @import { State } from "./state.js" */

/** @type {(keyof State)[]} */
const CHOSEN = ["model", "beside", "without", "backend", "allocation", "interaction", "layer"];

export class Address {
  /** The state as it was last read or written. @type {State | undefined} */
  #written;
  /** The hash as it was when the state was last read or written. */
  #seen = location.hash;
  /** What the page was opened with: it may name one of the user's own models. */
  opened = location.hash;

  /** @param {Catalogue} catalogue @param {Notices} notices @param {State} usual what it leaves out */
  constructor(catalogue, notices, usual) {
    this.catalogue = catalogue;
    this.notices = notices;
    this.usual = usual;
    keepPlace();
  }

  /** The state that it describes now. */
  read() {
    this.#seen = location.hash;
    this.#written = readState(location.hash, { ...this.usual, text: kept() ?? this.usual.text }, this.catalogue.ids);
    return this.#written;
  }

  /** What is typed and pointed at replaces the last entry of the history; what is chosen adds one. @param {State} state */
  write(state) {
    if (location.hash !== this.#seen) return; // Somebody has just gone elsewhere; `hashchange` will say so.
    const { ids } = this.catalogue;
    const before = this.#written;
    this.#written = state;
    if (location.hash === writeState(state, {}, ids)) return; // A link to exactly this view may be copied from the address bar.
    const next = writeState(state, this.usual, ids) || location.pathname + location.search;
    if (next === (location.hash || location.pathname + location.search)) return;
    if (before && CHOSEN.some((name) => before[name] !== state[name])) history.pushState(null, "", next);
    else history.replaceState(null, "", next);
    this.#seen = location.hash;
  }

  /** A link to this view, as pictures say it, which says nothing of what nobody has chosen otherwise. @param {State} state */
  link(state) {
    const { href } = new URL(writeState(state, USUAL_CHOICES, this.catalogue.ids), location.href);
    return state.text.length > LINK_TEXT_LIMIT ? `${href} (without the text, which is too long for it)` : href;
  }

  /** Copies a link to exactly this view, and says how that went. @param {State} state */
  async copy(state) {
    const told = await copyLink(state, this.catalogue.ids);
    this.#seen = location.hash; // Where nothing can be copied, the link is put there.
    return told;
  }

  /** The user's own models that it named when the page was opened. @param {State} state @returns {Partial<State>} */
  own(state) {
    const { model, beside, without } = readState(this.opened, state, this.catalogue.ids);
    const named = Object.fromEntries(Object.entries({ model, beside }).filter(([, id]) => this.catalogue.isOwn(id)));
    return "model" in named ? { ...named, without } : named;
  }

  /** Says so if it names models that are not here. @param {string} hash @param {{model: string, beside: string}} used in their place */
  lookFor(hash, used) {
    this.notices.clear("address");
    const missing = missingModels(hash, this.catalogue.ids);
    if (isNewer(hash)) this.notices.show({ kind: "address", message: "This link was made by a newer version of the page.", hint: "Load the page again to get it; until then, what this version does not know is left out." });
    const changes = new URLSearchParams(hash.replace(/^#/, "")).get("without");
    if (changes && !partsOf(changes)) this.notices.show({ kind: "address", message: `The address switches parts off that make no sense: “${changes.slice(0, 60)}”.`, hint: "Nothing is switched off." });
    if (missing.length > 0) this.notices.show(notHere(missing.map(({ id }) => id), missing.map(({ as }) => this.catalogue.title(used[as]))));
  }
}
