// node -r loopback.cjs …: servers that name no address to listen on listen on 127.0.0.1 only. It is done below
// listen(), so that address() tells the port as soon as listen(0) has returned.
const { Server } = require("node:net");

const everywhere = new Set([undefined, null, "::", "0.0.0.0"]);
const below = Server.prototype._listen2;
Server.prototype._listen2 = function (address, port, family, ...rest) {
  const open = port >= 0 && everywhere.has(address);
  return below.call(this, open ? "127.0.0.1" : address, port, open ? 4 : family, ...rest);
};
