// The browser's one connection to the edge, shared by all its tabs: browsers allow only six to a host.
import { LiveStream } from "./stream.js";

const ports = new Set();
let unread = null;

const stream = new LiveStream({
  onNotice: (notice) => tell({ notice }),
  onUnread: (count) => tell({ unread: (unread = count) }),
  onState: (state) => tell({ state }),
});

self.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => (data.leaving ? leave(port) : join(port, data.settings));
};

function join(port, settings) {
  ports.add(port);
  stream.start(settings);
  port.postMessage({ state: stream.state });
  if (unread !== null) port.postMessage({ unread });
}

function leave(port) {
  ports.delete(port);
}

function tell(message) {
  for (const port of ports) port.postMessage(message);
}
