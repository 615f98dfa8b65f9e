// SPDX-License-Identifier: Apache-2.0
// Requests made of openapi.yaml's own schemas, whole, broken and nearly right, well signed or not, and
// what must hold of each answer: its status and type are documented and its body fits the schema of
// both; it is signed; it is never a 5xx; a 4xx leaves every place and every document as it was; and the
// same request again gets the same answer. Reads what it works with as JSON from standard input.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import http from 'node:http';
import fs from 'node:fs';
import fc from 'fast-check';
import Ajv2020 from 'ajv/dist/2020.js';
import { blake2b } from '@noble/hashes/blake2b';

const told = JSON.parse(fs.readFileSync(0, 'utf8'));
const known = told.known;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

// --- talking -----------------------------------------------------------------------------------

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const hash = (bytes) => hex(blake2b(bytes, { dkLen: 32 }));
const lines = (...parts) => Buffer.from(parts.map((part) => `${part}\n`).join(''));
const privateKey = (seed) => crypto.createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'hex')]),
    format: 'der', type: 'pkcs8',
});
const publicKey = (key) => crypto.createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key, 'hex')]),
    format: 'der', type: 'spki',
});
const serverKey = publicKey(told.till.server);
const tillKey = privateKey(told.till.seed);
const secret = Buffer.from(told.channel.secret, 'hex');

function send(method, path, headers, body) {
    return new Promise((resolve, reject) => {
        const request = http.request({ host: told.host, port: told.port, method, path, headers, agent },
            (response) => {
                const chunks = [];
                response.on('data', (chunk) => chunks.push(chunk));
                response.on('error', reject);
                response.on('end', () => resolve({
                    status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks),
                }));
            });
        request.on('error', reject);
        request.setTimeout(20000, () => request.destroy(new Error('no answer')));
        request.end(body);
    });
}

// One exchange by WHO (till, channel or nobody); asks again when the challenge was stale.
async function exchange(who, method, path, kind, body) {
    for (let again = 0; ; again++) {
        const device = told[who];
        const headers = body.length || method === 'POST' ? { 'Content-Length': body.length } : {};
        if (kind)
            headers['Content-Type'] = kind;
        let signature = '';
        if (device) {
            const text = lines('bxq1', method, path, hash(body), device.device, device.incarnation,
                device.seen, device.challenge);
            signature = who === 'till' ? hex(crypto.sign(null, text, tillKey))
                : hex(blake2b(text, { dkLen: 32, key: secret }));
            Object.assign(headers, {
                'Boxtill-Device': `${device.device}`, 'Boxtill-Incarnation': `${device.incarnation}`,
                'Boxtill-Seen': device.seen, 'Boxtill-Challenge': device.challenge,
                [who === 'till' ? 'Boxtill-Signature' : 'Boxtill-Mac']: signature,
            });
        }
        const answer = await send(method, path, headers, body);
        verify(answer, signature);
        if (device)
            device.challenge = answer.headers['boxtill-challenge'];
        if (answer.status !== 425 || again)
            return answer;
    }
}

function verify(answer, signature) {
    const get = answer.headers;
    const text = lines('bxa1', answer.status, hash(answer.body), get['boxtill-epoch'],
        get['boxtill-commit'], get['boxtill-challenge'], signature);
    if (get['boxtill-mac'])
        assert.equal(get['boxtill-mac'], hex(blake2b(text, { dkLen: 32, key: secret })));
    else
        assert.ok(crypto.verify(null, text, serverKey, Buffer.from(get['boxtill-signature'], 'hex')),
            'the answer is not signed by the server');
}

// --- the document --------------------------------------------------------------------------------

const document = JSON.parse((await send('GET', '/v1/openapi.json', {}, '')).body);
const ajv = new Ajv2020({ allErrors: true, strict: false });
ajv.addSchema(document, 'document');

function resolve(node) {
    while (node?.$ref)
        node = node.$ref.slice(2).split('/').reduce((at, part) => at[part], document);
    return node;
}

// A schema inside the document, by its place, so that its references are found.
const validators = new Map();
function validator(schema) {
    if (!validators.has(schema))
        validators.set(schema, ajv.compile({ ...schema, components: document.components }));
    return validators.get(schema);
}

const operations = [];
for (const [path, item] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(item)) {
        if (Object.values(operation.responses).some((one) => resolve(one).content?.['text/event-stream']))
            continue; // has no end
        const security = (operation.security ?? document.security).flatMap(Object.keys);
        const body = resolve(operation.requestBody);
        const [kind, media] = body ? Object.entries(body.content)[0] : ['', null];
        operations.push({
            name: operation.operationId, method: method.toUpperCase(), path, operation, security, kind,
            schema: media ? resolve(media.schema) : null,
        });
    }

function documented(operation, answer) {
    const { status } = answer;
    const response = resolve(operation.responses[`${status}`] ?? operation.responses[`${Math.floor(status / 100)}XX`]);
    assert.ok(response, `status ${status} is not documented`);
    assert.ok(status < 500, `${status}: ${answer.body}`);
    if (!response.content) {
        assert.equal(answer.body.length, 0, 'a body where none is documented');
        return;
    }
    const kind = (answer.headers['content-type'] ?? '').split(';')[0];
    assert.ok(response.content[kind], `content type ${kind} of ${status} is not documented`);
    if (!kind.endsWith('json') || kind === 'application/x-ndjson')
        return;
    const value = JSON.parse(answer.body);
    const check = validator(resolve(response.content[kind].schema));
    assert.ok(check(value), `${ajv.errorsText(check.errors)}: ${answer.body}`);
    if (kind === 'application/problem+json') {
        assert.equal(value.status, status);
        const codes = document.components.schemas.Problem.properties.code.description;
        assert.ok(codes.includes(`\`${value.code}\``), `the code ${value.code} is not documented`);
    }
}

// --- requests -------------------------------------------------------------------------------------

const uuid = () => fc.uuid({ version: 7 }).map((text) => text.toLowerCase());
const any = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.string({ unit: 'grapheme' }),
    fc.constant([]), fc.constant({}), fc.double(), fc.constantFrom(2 ** 53, -(2 ** 53), 1e308, '\u202e', '\0'),
    fc.array(fc.array(fc.integer())));
const oneOf = (list) => fc.nat().map((n) => list[n % list.length]); // also of what came later
const wise = {
    // Members that mean something: mostly what is there.
    product: fc.constant('adult'), slot: fc.constant(known.slugs[0]), pool: fc.constant(known.slugs[0]),
    seconds: fc.integer({ min: 900, max: 3600 }), // an expiry in the middle would be a change, too
    hold: oneOf(known.holds), order: oneOf(known.orders),
    code: oneOf(known.codes), quantity: fc.integer({ min: 1, max: 3 }),
    total: fc.integer({ min: 0, max: 3 }).map((n) => n * known.price),
    amount: fc.integer({ min: 0, max: 3 }).map((n) => n * known.price),
    n: fc.integer({ min: 0, max: 8 }), r: fc.integer({ min: 1, max: 12 }), used: fc.integer({ min: 0, max: 2 }),
};

// Values that fit SCHEMA.
function fitting(schema, name = '') {
    schema = resolve(schema);
    const mostly = (plain) => (wise[name] ? fc.oneof({ weight: 4, arbitrary: wise[name] }, plain) : plain);
    switch (schema.type) {
    case 'object': {
        const members = {};
        for (const [member, inner] of Object.entries(schema.properties ?? {}))
            members[member] = fitting(inner, member);
        return fc.record(members, { requiredKeys: schema.required ?? [] });
    }
    case 'array':
        return fc.array(fitting(schema.items ?? {}, name),
            { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 4, 4) });
    case 'string': {
        if (schema.enum)
            return fc.constantFrom(...schema.enum);
        if (schema.pattern?.includes('{8}-'))
            return mostly(uuid());
        if (schema.pattern)
            return mostly(fc.stringMatching(new RegExp(schema.pattern, 'u'))
                .filter((text) => text.length <= (schema.maxLength ?? 200)));
        return mostly(fc.string({ minLength: schema.minLength ?? 0, maxLength: schema.maxLength ?? 60 }));
    }
    case 'integer':
        return mostly(fc.maxSafeInteger().map((n) => {
            const low = schema.minimum ?? -(2 ** 53) + 1, high = schema.maximum ?? 2 ** 53 - 1;
            return n >= low && n <= high ? n : low + Math.abs(n) % Math.min(high - low + 1, 2 ** 40);
        }));
    default:
        return any;
    }
}

// VALUE with one member or element elsewhere replaced, left out or added.
function broken(value, [where, how, other]) {
    const copy = structuredClone(value), places = [];
    (function walk(node) {
        for (const key of Object.keys(node ?? {})) {
            places.push([node, key]);
            if (typeof node[key] === 'object')
                walk(node[key]);
        }
    })(copy);
    if (!places.length || typeof copy !== 'object')
        return other;
    const [node, key] = places[where % places.length];
    if (how === 0)
        node[key] = other;
    else if (how === 1)
        Array.isArray(node) ? node.splice(Number(key), 1) : delete node[key];
    else if (Array.isArray(node))
        node.push(other);
    else
        node.surplus = other;
    return copy;
}

function parameter(name) {
    const sample = {
        hold: known.holds, order: known.orders, code: known.codes,
        word: ['voucher', 'charge', 'reverse', 'park', 'parked', 'resume', 'sales', 'sale', 'tickets', 'shift', 'days'],
    }[name] ?? ['x'];
    return fc.oneof({ weight: 5, arbitrary: oneOf(sample) }, uuid(),
        fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' }).filter((text) => text.isWellFormed?.() ?? true));
}

// What each call wants beyond its schema, so that enough of it is granted.
const some = fc.integer({ min: 1, max: 3 });
const [pool] = known.slugs;
const asking = (word, members) => fc.record({ word: fc.constant(word), body: fc.record({ id: uuid(), ...members }) });
const meant = {
    hold: fc.tuple(uuid(), some, fc.integer({ min: 1, max: 999 })).map(([id, quantity, client]) => ({
        id, client: `c-${client}`, seconds: 900, lines: [{ product: 'adult', slot: pool, quantity }],
    })),
    order: fc.tuple(uuid(), some).map(([id, quantity]) => ({
        id, total: quantity * known.price, lines: [{ product: 'adult', slot: pool, quantity }],
        payments: [{ kind: 'card', amount: quantity * known.price, reference: 'pi-1' }],
    })),
    allotments: fc.record({
        id: uuid(), messages: fc.array(fc.oneof(
            fc.record({ verb: fc.constant('req'), pool: fc.constant(pool), r: fc.integer({ min: 1, max: 9 }), n: some }),
            fc.record({ verb: fc.constant('grow'), pool: fc.constant(pool), r: fc.integer({ min: 1, max: 9 }), n: fc.nat(9) }),
        ), { minLength: 1, maxLength: 3 }),
    }),
    // Each with the word it belongs to.
    question: fc.oneof(
        asking('parked', {}), asking('shift', { shift: fc.nat(3) }),
        asking('sales', { text: fc.constantFrom('x', '1', '2-000001') }),
        asking('sale', { sale: oneOf(known.orders) }),
        asking('tickets', { sale: oneOf(known.orders) }),
        asking('days', { from: fc.constant('2026-01-01'), to: fc.constant('2026-01-02') }),
        asking('voucher', { code: oneOf(known.codes) }),
        asking('charge', { code: oneOf(known.codes), amount: some }),
        asking('reverse', { attempt: uuid(), amount: some }), asking('resume', { basket: uuid() }),
    ),
};

function requestOf(one) {
    const right = one.security.length ? one.security.map((name) => (name === 'device' ? 'till' : name)) : ['nobody'];
    const damage = fc.tuple(fc.nat(1000), fc.integer({ min: 0, max: 2 }), any);
    const body = one.schema?.type === 'object' ? fc.oneof(
        ...(meant[one.name] ? [{ weight: 12, arbitrary: meant[one.name] }] : []),
        { weight: 6, arbitrary: fitting(one.schema).map((value) => JSON.stringify(value)) },
        { weight: 3, arbitrary: fc.tuple(fitting(one.schema), damage).map(([v, d]) => JSON.stringify(broken(v, d))) },
        fc.json(), fc.string({ unit: 'binary' }),
    ) : one.schema ? fc.string() : fc.constant('');
    return fc.record({
        one: fc.constant(one),
        who: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...right) }, fc.constantFrom('till', 'channel', 'nobody')),
        parameter: parameter(/\{(\w+)\}/.exec(one.path)?.[1]),
        query: fc.oneof({ weight: 6, arbitrary: fc.constant('') }, fc.webQueryParameters().map((q) => `?${q}`)),
        kind: fc.oneof({ weight: 12, arbitrary: fc.constant(one.kind) }, fc.constant('text/plain')),
        body,
    }).map((asked) => {
        if (typeof asked.body === 'string')
            return asked;
        const { word, body: value } = asked.body.word ? asked.body : { word: asked.parameter, body: asked.body };
        return { ...asked, parameter: word, body: JSON.stringify(value) };
    });
}

// --- what must hold -------------------------------------------------------------------------------

const report = { requests: 0, granted: 0, refused: 0, operations: {} };
const looks = new Set(['voucher', 'parked', 'sales', 'sale', 'tickets', 'shift', 'days']);

// Everything that anybody can ask for without changing it, less the moment.
async function state() {
    const texts = [];
    for (const path of ['/v1/availability', '/v1/programme', '/v1/arrivals'])
        for (const who of path === '/v1/arrivals' ? ['till'] : ['till', 'channel']) {
            const answer = await exchange(who, 'GET', path, '', Buffer.alloc(0));
            assert.equal(answer.status, 200);
            const value = JSON.parse(answer.body);
            delete value.at;
            delete value.commit;
            delete value.sealed; // sealed anew each time; the ETag tells
            texts.push(path === '/v1/availability' ? '' : answer.headers.etag, JSON.stringify(value));
        }
    for (const order of known.orders.slice(-2)) {
        const answer = await exchange('channel', 'GET', `/v1/orders/${order}`, '', Buffer.alloc(0));
        texts.push(`${answer.body}`);
    }
    return texts.join('\n');
}

async function holds(asked) {
    const { one, who, kind } = asked;
    const path = one.path.replace(/\{\w+\}/, encodeURIComponent(asked.parameter)) + asked.query;
    const body = Buffer.from(asked.body);
    const before = await state();
    const answer = await exchange(who, one.method, path, kind, body);
    report.requests++;
    const tally = (report.operations[one.name] ??= {});
    tally[answer.status] = (tally[answer.status] ?? 0) + 1;
    documented(one.operation, answer);
    if (answer.status >= 400) {
        report.refused++;
        assert.equal(await state(), before, `a ${answer.status} has changed something`);
    } else {
        report.granted++;
        if (one.name === 'hold')
            known.holds.push(JSON.parse(answer.body).hold);
        else if (one.name === 'order')
            known.orders.push(JSON.parse(answer.body).order);
    }
    if (one.method !== 'POST' || looks.has(asked.parameter))
        return;
    const again = await exchange(who, one.method, path, kind, body);
    assert.equal(again.status, answer.status, `again: ${again.body}`);
    assert.equal(`${again.body}`, `${answer.body}`, 'the same request got another answer');
}

const requests = fc.oneof(...operations.map((one) => ({ weight: one.schema ? 4 : 1, arbitrary: requestOf(one) })));
const done = await fc.check(fc.asyncProperty(requests, holds), {
    seed: told.seed, numRuns: told.runs, endOnFailure: true,
});
agent.destroy();
if (done.failed) {
    const [asked] = done.counterexample ?? [{}];
    console.log(JSON.stringify({ ...asked, one: asked.one?.name }));
    console.log(fc.defaultReportMessage(done).slice(0, 200));
    console.log(`${done.errorInstance?.stack ?? done.error}`);
    process.exit(1);
}
console.log(JSON.stringify(report));
