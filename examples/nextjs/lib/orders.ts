export type Order = { id: number; userId: string; item: string }

declare global {
  var cafeOrders: Order[] | undefined
}

/** In place of a database. Global, because Next.js loads this module once for pages and once for route handlers. */
globalThis.cafeOrders ??= []
const orders = globalThis.cafeOrders

export function ordersOf(userId: string): Order[] {
  return orders.filter(order => order.userId === userId)
}

export function order(userId: string, item: string): void {
  orders.push({ id: orders.length + 1, userId, item })
}
