// @ts-check
/** The worker as part of one file, with the script of the module in it: it could be fetched from nowhere. */

import "../worker.js";

// The build puts the module's script in this place.
import * as module from "safr-module";

Object.assign(globalThis, { SAFR_MODULE: module });
