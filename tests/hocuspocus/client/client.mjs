// Unmodified clients of both protocols, driven by JSON lines: a command a line in, its answer a line out.
import { createInterface } from 'node:readline'
import * as version2 from 'hocuspocus-2'
import * as version3 from 'hocuspocus-3'
import * as version4 from 'hocuspocus-4'
import WebSocket from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

const versions = { 2: version2, 3: version3, 4: version4 }
const sockets = new Map()
const clients = new Map()

class Client {
  constructor ({ user }) {
    this.doc = new Y.Doc()
    this.text = this.doc.getText('text')
    this.user = user
    this.waiting = []
    this.doc.on('update', () => this.look())
  }

  introduce () {
    this.provider.awareness.on('change', () => this.look())
    if (this.user) this.provider.awareness.setLocalStateField('user', this.user)
  }

  state () {
    const states = [...this.provider.awareness.getStates().values()]
    const cursors = states.filter(state => state.cursor !== undefined).map(s => [s.user.person, s.cursor])
    return {
      client: this.doc.clientID,
      text: this.text.toString(),
      present: states.map(state => state.user?.person).filter(Boolean).sort(),
      cursors: Object.fromEntries(cursors.sort()),
      synced: this.provider.synced
    }
  }

  look () {
    const state = this.state()
    this.waiting = this.waiting.filter(({ wanted, answer }) => {
      const met = Object.entries(wanted).every(([key, value]) => JSON.stringify(state[key]) === JSON.stringify(value))
      if (met) answer(state)
      return !met
    })
  }
}

class Yjs extends Client {
  constructor ({ url, room, token, user }) {
    super({ user })
    const options = { params: { token }, connect: false, disableBc: true, WebSocketPolyfill: WebSocket }
    this.provider = new WebsocketProvider(url, room, this.doc, options)
    for (const name of ['status', 'sync']) this.provider.on(name, () => this.look())
    this.introduce()
  }

  connect () { this.provider.connect() }
  disconnect () { this.provider.disconnect() }
}

// Providers with the same `socket` share one.
function shared ({ socket, version, url, params }) {
  if (!sockets.has(socket)) {
    const { HocuspocusProviderWebsocket } = versions[version]
    const slow = { delay: 10, minDelay: 10, maxDelay: 50 }
    const start = { autoConnect: false, connect: false }
    const more = { parameters: params ?? {}, WebSocketPolyfill: WebSocket }
    sockets.set(socket, new HocuspocusProviderWebsocket({ url, ...start, ...slow, ...more }))
  }
  return sockets.get(socket)
}

class Hocuspocus extends Client {
  constructor ({ version, room, token, user, sessionAwareness, flushDelay, ...where }) {
    super({ user })
    this.socket = shared({ version, ...where })
    this.said = { scope: null, failed: null, gone: null, heard: [], tokens: 0 }
    this.tokens = [].concat(token)
    const note = (key, value) => { this.said[key] = value; this.look() }
    this.provider = new versions[version].HocuspocusProvider({
      name: room,
      document: this.doc,
      websocketProvider: this.socket,
      token: () => this.tokens[Math.min(this.said.tokens++, this.tokens.length - 1)],
      broadcast: false,
      sessionAwareness: sessionAwareness ?? false,
      flushDelay: flushDelay ?? false,
      onAuthenticated: () => note('scope', this.provider.authorizedScope),
      onAuthenticationFailed: ({ reason }) => note('failed', reason),
      onClose: ({ event }) => note('gone', [event.code, String(event.reason)]),
      onStateless: ({ payload }) => note('heard', [...this.said.heard, payload])
    })
    for (const name of ['synced', 'unsyncedChanges', 'authenticated']) this.provider.on(name, () => this.look())
    this.socket.on('status', () => this.look())
    this.introduce()
    if (version > 2) this.provider.attach()
  }

  state () {
    const { unsyncedChanges: unsynced, hasUnsyncedChanges: unsaved } = this.provider
    const status = this.socket.status
    return { ...super.state(), ...this.said, unsynced, unsaved, status }
  }

  connect () { this.socket.connect() }
  disconnect () { this.socket.disconnect() }
}

const commands = {
  open: (name, { protocol, ...options }) => {
    clients.set(name, protocol === 'y-websocket' ? new Yjs(options) : new Hocuspocus(options))
  },
  connect: client => client.connect(),
  disconnect: client => client.disconnect(),
  insert: (client, { at, text }) => client.text.insert(at, text),
  remove: (client, { at, length }) => client.text.delete(at, length),
  cursor: (client, { at }) => client.provider.awareness.setLocalStateField('cursor', at),
  tell: (client, { text }) => client.provider.sendStateless(text),
  sync: client => client.provider.forceSync(),
  detach: client => client.provider.detach(),
  attach: client => client.provider.attach(),
  destroy: client => client.provider.destroy(),
  raw: (client, { data }) => client.socket.webSocket.send(Buffer.from(data, 'hex')),
  cut: client => client.socket.webSocket.terminate(),
  state: () => {},
  until: (client, { wanted }) => new Promise(resolve => {
    client.waiting.push({ wanted, answer: resolve })
    client.look()
  })
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, name, command, ...options } = JSON.parse(line)
  const target = command === 'open' ? name : clients.get(name)
  Promise.resolve()
    .then(() => commands[command](target, options))
    .then(() => ({ id, state: clients.get(name).state() }), error => ({ id, error: String(error.stack) }))
    .then(answer => process.stdout.write(JSON.stringify(answer) + '\n'))
}
process.exit(0)
