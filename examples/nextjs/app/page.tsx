import Link from 'next/link'

export default function Home() {
  return (
    <main>
      <h1>Café</h1>
      <Link href="/orders">Your orders</Link>
    </main>
  )
}
