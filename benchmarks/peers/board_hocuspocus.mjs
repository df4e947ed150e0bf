// Hocuspocus as it comes, without a database: it keeps documents in memory while somebody is there.
import { Server } from '@hocuspocus/server'

const server = new Server({
  address: '127.0.0.1',
  port: Number(process.argv[2]),
  quiet: true,
  stopOnSignals: true,
  debounce: 500,
  maxDebounce: 1000,
  async onAuthenticate() {},
  async onStoreDocument() {},
})
await server.listen()
