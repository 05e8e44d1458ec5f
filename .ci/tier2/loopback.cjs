// node -r loopback.cjs …: a server that names no address listens on 127.0.0.1 only, not on every one there is.
"use strict";
const net = require("node:net");
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
    const everywhere = (host) => host === undefined || host === "0.0.0.0" || host === "::";
    if (typeof args[0] === "number" || /^\d+$/.test(args[0])) {
        if (typeof args[1] === "string" && everywhere(args[1])) args[1] = "127.0.0.1";
        else if (typeof args[1] !== "string") args.splice(1, 0, "127.0.0.1");
    } else if (args[0] && typeof args[0] === "object" && "port" in args[0] && everywhere(args[0].host)) {
        args[0] = { ...args[0], host: "127.0.0.1" };
    }
    return listen.apply(this, args);
};
