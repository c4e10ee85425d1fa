import { AsyncLocalStorage } from 'node:async_hooks'

const context = new AsyncLocalStorage<string>()

/** Do `work` for the request with this id: whatever it sets off, `findRequestId` finds the id there. */
export function runForRequest<T>(requestId: string, work: () => T): T {
  return context.run(requestId, work)
}

/** The id of the request that is being worked for; undefined in background work. */
export function findRequestId(): string | undefined {
  return context.getStore()
}

/** The callback, to be called later from anywhere, with the request it was made in. */
export function keepRequest<A extends unknown[]>(callback: (...args: A) => void): (...args: A) => void {
  return context.getStore() === undefined ? callback : AsyncLocalStorage.bind(callback)
}
