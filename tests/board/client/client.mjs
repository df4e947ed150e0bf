// Unmodified Yjs clients, driven by JSON lines: a command a line in, its answer a line out.
import { createInterface } from 'node:readline'
import WebSocket from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

const clients = new Map()

class Client {
  constructor ({ url, room, params, user }) {
    this.doc = new Y.Doc()
    this.text = this.doc.getText('text')
    this.closed = null
    // Tabs of one browser talk to each other directly; these clients are on different machines.
    const options = { params, connect: false, disableBc: true, WebSocketPolyfill: WebSocket }
    this.provider = new WebsocketProvider(url, room, this.doc, options)
    this.provider.on('connection-close', event => {
      if (event) this.closed = { code: event.code, reason: event.reason }
      this.look()
    })
    this.waiting = []
    for (const name of ['status', 'sync']) this.provider.on(name, () => this.look())
    this.provider.awareness.on('change', () => this.look())
    this.doc.on('update', () => this.look())
    if (user) this.provider.awareness.setLocalStateField('user', user)
  }

  state () {
    const states = [...this.provider.awareness.getStates().values()]
    return {
      client: this.doc.clientID,
      text: this.text.toString(),
      present: states.map(state => state.user?.person).filter(Boolean).sort(),
      cursors: Object.fromEntries(states.filter(s => s.cursor !== undefined).map(s => [s.user.person, s.cursor])),
      synced: this.provider.synced,
      connected: this.provider.wsconnected,
      wanting: this.provider.shouldConnect,
      closed: this.closed
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

const commands = {
  open: (name, options) => { clients.set(name, new Client(options)) },
  connect: client => { client.closed = null; client.provider.connect() },
  move: (client, { url }) => { client.provider.serverUrl = url },
  disconnect: client => client.provider.disconnect(),
  insert: (client, { at, text }) => client.text.insert(at, text),
  remove: (client, { at, length }) => client.text.delete(at, length),
  cursor: (client, { at }) => client.provider.awareness.setLocalStateField('cursor', at),
  raw: (client, { data }) => client.provider.ws.send(Buffer.from(data, 'hex')),
  cut: client => client.provider.ws.terminate(),
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
    .then(() => ({ id, state: clients.get(name).state() }), error => ({ id, error: String(error) }))
    .then(answer => process.stdout.write(JSON.stringify(answer) + '\n'))
}
process.exit(0)
