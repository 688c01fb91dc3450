// server.js: a SCIM server of other people's making, in memory, to try `roster check` on.
//
// The protocol is scimmy and scimmy-routers, unchanged; this file holds what they leave to their
// user: storage, ids, times, uniqueness, and who is a member of what. It prints its URL.
// SPDX-License-Identifier: Apache-2.0
import {randomUUID} from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const token = process.env.PEER_TOKEN;
const users = new Map();
const groups = new Map();

// No two changes at the same time, however fast they follow each other.
let last = 0;
const now = () => new Date(last = Math.max(Date.now(), last + 1));

const notFound = (id) => new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);

// JSON knows no undefined, and a copy keeps the library's objects out of the store.
const plain = (value) => JSON.parse(JSON.stringify(value));

function save(store, resource, instance) {
    const old = resource.id ? store.get(resource.id) : undefined;
    if (resource.id && !old) throw notFound(resource.id);
    const id = resource.id ?? randomUUID();
    const {meta, id: ignored, groups: alsoIgnored, ...data} = plain(instance);
    const before = old && JSON.stringify(old.data);
    const changed = before !== JSON.stringify(data);
    store.set(id, {
        data,
        created: old?.created ?? now(),
        lastModified: changed ? now() : old.lastModified,
    });
    return id;
}

function show(store, id) {
    const {data, created, lastModified} = store.get(id);
    const resourceType = store === users ? "User" : "Group";
    return {...data, id, meta: {resourceType, created, lastModified}};
}

function showUser(id) {
    const mine = [...groups].filter(([, group]) => group.data.members?.some((m) => m.value === id));
    return {
        ...show(users, id),
        groups: mine.map(([value, group]) => ({value, display: group.data.displayName, type: "direct"})),
    };
}

function read(store, resource, one) {
    if (resource.id) {
        if (!store.has(resource.id)) throw notFound(resource.id);
        return one(resource.id);
    }
    const all = [...store.keys()].map(one);
    return resource.filter ? resource.filter.match(all) : all;
}

function remove(store, resource) {
    if (!store.delete(resource.id)) throw notFound(resource.id);
    for (const {data} of groups.values()) {
        data.members = data.members?.filter((member) => member.value !== resource.id);
    }
}

SCIMMY.Config.set({patch: true, filter: true, sort: true, bulk: true});

SCIMMY.Resources.declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false))
    .ingress((resource, instance) => {
        const name = instance.userName?.toLowerCase();
        for (const [id, user] of users) {
            if (id !== resource.id && user.data.userName.toLowerCase() === name) {
                throw new SCIMMY.Types.Error(409, "uniqueness", "userName is taken");
            }
        }
        return showUser(save(users, resource, instance));
    })
    .egress((resource) => read(users, resource, showUser))
    .degress((resource) => remove(users, resource));

SCIMMY.Resources.declare(SCIMMY.Resources.Group)
    .ingress((resource, instance) => show(groups, save(groups, resource, instance)))
    .egress((resource) => read(groups, resource, (id) => show(groups, id)))
    .degress((resource) => remove(groups, resource));

const app = express();
app.use("/scim/v2", new SCIMMYRouters({
    type: "bearer",
    handler: (request) => {
        if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("a token is needed");
        return "peer";
    },
}));

const listener = app.listen(0, "127.0.0.1", () => {
    console.log(`listening on http://127.0.0.1:${listener.address().port}`);
});
process.on("SIGTERM", () => process.exit(0));
