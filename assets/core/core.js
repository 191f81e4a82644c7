// Loaded on every staff page. Pages work without it; it saves round trips, guards against slips and keeps them fresh.
import "htmx.org/dist/htmx.esm.js";
import { goLive } from "../live/live.js";
import { offerCopies } from "./copying.js";
import { composeQuietly } from "./composing.js";
import { mountIslands } from "./islands.js";
import { listenToKeys } from "./keys.js";
import { tameMenus } from "./menus.js";
import { followPanels } from "./panels.js";
import { applyPreferences } from "./preferences.js";
import { guardRequests } from "./requests.js";
import { followSelection } from "./selection.js";
import { tickTimers } from "./timers.js";
import { keepToasts } from "./toasts.js";

composeQuietly();
guardRequests();
keepToasts();
tameMenus();
followPanels();
followSelection();
listenToKeys();
offerCopies();
applyPreferences();
tickTimers();
mountIslands();
goLive();
