import { executeEmbeddedSignUpFlow } from '@asgardeo/javascript'
import { BaseSignUp, FlowProvider, I18nProvider, ThemeProvider } from '@asgardeo/react'
import { type ComponentType, createElement } from 'react'
import { createRoot } from 'react-dom/client'

type Props = Record<string, unknown>
const part = (component: unknown, props: Props, ...children: unknown[]) =>
  createElement(component as ComponentType<Props>, props, ...(children as []))

/** A page as an app has it: the published component, and the published client that it posts by. */
export function draw(baseUrl: string, into: unknown, told: (what: string, value: unknown) => void): void {
  const send = (payload: unknown) => executeEmbeddedSignUpFlow({ baseUrl, payload } as never)
  const signUp = part(BaseSignUp, {
    isInitialized: true,
    onInitialize: () => send({ flowType: 'REGISTRATION' }),
    onSubmit: send,
    onFlowChange: (step: unknown) => told('step', step),
    onComplete: (step: unknown) => told('complete', step),
    onError: (error: Error) => told('error', error.message),
  })
  const page = part(FlowProvider, {}, signUp)
  createRoot(into as never).render(part(I18nProvider, {}, part(ThemeProvider, {}, page)))
}
