// A Bluesky network of one server: a real PDS with its identity directory, until stdin closes.
import { TestNetworkNoAppView } from '@atproto/dev-env'

const network = await TestNetworkNoAppView.create({ dbPostgresSchema: 'listener' })
console.log(JSON.stringify({ pds: network.pds.url, plc: network.plc.url }))
process.stdin.resume()
process.stdin.on('end', async () => {
  await network.close()
  process.exit(0)
})
