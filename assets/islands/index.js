// Every island by its name. The import() in each line is what makes it a chunk of its own.
export const ISLANDS = {
  "funnel-picture": () => import("./funnel-picture.js"),
  "deal-board": () => import("./deal-board.js"),
  compose: () => import("./compose.js"),
  inbox: () => import("./inbox.js"),
  "question-order": () => import("./question-order.js"),
  "panel-grip": () => import("./panel-grip.js"),
};
