import { SignInHere } from './sign-in-here'

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ returnTo?: string }> }) {
  const { returnTo = '/orders' } = await searchParams
  // A path of this site, so that no link can send users elsewhere after they have signed in.
  const isPath = /^\/(?![/\\])/.test(returnTo)
  return <SignInHere returnTo={isPath ? returnTo : '/orders'} />
}
