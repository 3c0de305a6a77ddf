//! `chekhov._kernel`: thin bindings. JSON in, JSON out; the GIL is released while the kernel works.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use chekhov_kernel::analysis::{Analysis, Belief, Count, Happening};
use chekhov_kernel::error::{Error, Result};
use chekhov_kernel::explanation::{self, Limits};
use chekhov_kernel::graph;
use chekhov_kernel::moments::{self, Bits};
use chekhov_kernel::session::Session;
use chekhov_kernel::task::Value;
use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyIndexError, PyValueError};
use pyo3::prelude::*;
use serde_json::json;

create_exception!(_kernel, KernelError, PyException, "What went wrong while a world ran; the message is JSON.");

fn raise<T>(result: Result<T>) -> PyResult<T> {
    result.map_err(|error: Error| KernelError::new_err(error.to_json().to_string()))
}

/// A handle on a running request, from any thread.
#[pyclass(frozen)]
#[derive(Default)]
struct Control {
    inner: Arc<explanation::Control>,
}

#[pymethods]
impl Control {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Ends the running request with what it has.
    fn stop(&self) {
        self.inner.stop.store(true, Ordering::Relaxed);
    }

    /// How far the request is, as JSON.
    fn progress(&self) -> String {
        let c = &self.inner;
        format!(
            "{{\"states\":{},\"depth\":{},\"frontier\":{},\"bytes\":{}}}",
            c.states.load(Ordering::Relaxed),
            c.depth.load(Ordering::Relaxed),
            c.frontier.load(Ordering::Relaxed),
            c.bytes.load(Ordering::Relaxed)
        )
    }
}

#[pyclass(frozen)]
struct Kernel {
    session: Session,
}

/// Runs on a thread with a stack that deep formulas fit into.
fn on_large_stack<R: Send>(py: Python<'_>, run: impl FnOnce() -> R + Send) -> R {
    py.detach(|| {
        std::thread::scope(|scope| {
            let handle = std::thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, run).expect("a thread can be started");
            match handle.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    })
}

#[pymethods]
impl Kernel {
    #[new]
    fn new(py: Python<'_>, task_json: &str, options_json: &str) -> PyResult<Self> {
        raise(on_large_stack(py, || Session::new(task_json, options_json))).map(|session| Kernel { session })
    }

    fn search(&self, py: Python<'_>, request_json: &str, control: &Control) -> PyResult<String> {
        let control = control.inner.clone();
        raise(on_large_stack(py, || self.session.search(request_json, &control))).map(|json| json.to_string())
    }

    fn explore(&self, py: Python<'_>, request_json: &str, control: &Control) -> PyResult<String> {
        let control = control.inner.clone();
        raise(on_large_stack(py, || self.session.explore(request_json, &control))).map(|json| json.to_string())
    }

    fn graph(this: Py<Self>, py: Python<'_>, request_json: &str, control: &Control) -> PyResult<Graph> {
        let control = control.inner.clone();
        let (graph, about) = raise(on_large_stack(py, || this.get().session.graph(request_json, &control)))?;
        Ok(Graph { graph, about: about.to_string(), kernel: this })
    }

    fn initial(&self, py: Python<'_>) -> PyResult<u64> {
        raise(on_large_stack(py, || self.session.initial()))
    }

    fn step(&self, world: u64, action: usize) -> PyResult<u64> {
        raise(self.session.step(world, action))
    }

    fn firing(&self, world: u64, action: usize) -> PyResult<Vec<(u32, u64, u64)>> {
        raise(self.session.firing(world, action))
    }

    fn noticed(&self, world: u64, action: usize) -> PyResult<Vec<(usize, u32)>> {
        raise(self.session.noticed(world, action))
    }

    fn believed(&self, world: u64, character: usize) -> PyResult<u64> {
        raise(self.session.believed(world, character))
    }

    fn possible(&self, world: u64, action: usize) -> PyResult<bool> {
        raise(self.session.possible(world, action))
    }

    fn evaluate(&self, world: u64, expression_json: &str) -> PyResult<String> {
        raise(self.session.evaluate(world, expression_json)).map(|json| json.to_string())
    }

    fn values(&self, world: u64) -> PyResult<String> {
        raise(self.session.values(world)).map(|json| json.to_string())
    }

    fn nodes(&self, world: u64) -> PyResult<String> {
        raise(self.session.nodes(world)).map(|json| json.to_string())
    }

    #[pyo3(signature = (world, action, budget, depth_limit, control))]
    fn explain(
        &self,
        py: Python<'_>,
        world: u64,
        action: usize,
        budget: Option<u16>,
        depth_limit: Option<u16>,
        control: &Control,
    ) -> PyResult<String> {
        let limits = Limits { acts: budget.unwrap_or(u16::MAX - 2).max(1), beliefs: depth_limit };
        let control = control.inner.clone();
        raise(on_large_stack(py, || self.session.explain(world, action, limits, &control))).map(|json| json.to_string())
    }
}

/// An immutable set of the moments of a graph; iteration is in order.
#[pyclass(frozen)]
struct Moments {
    inner: Arc<moments::Moments>,
}

impl<M: Into<moments::Moments>> From<M> for Moments {
    fn from(inner: M) -> Moments {
        Moments { inner: Arc::new(inner.into()) }
    }
}

impl Moments {
    fn checked(&self, of: usize) -> PyResult<&moments::Moments> {
        if self.inner.of() == of {
            Ok(&self.inner)
        } else {
            Err(PyValueError::new_err("these moments are of another graph"))
        }
    }
}

#[pymethods]
impl Moments {
    fn __len__(&self) -> usize {
        self.inner.len()
    }

    fn __bool__(&self) -> bool {
        !self.inner.is_empty()
    }

    fn __contains__(&self, moment: usize) -> bool {
        moment < self.inner.of() && self.inner.contains(moment as u32)
    }

    fn __iter__(&self) -> Iteration {
        Iteration { inner: self.inner.clone(), next: AtomicUsize::new(0) }
    }

    fn __and__(&self, other: &Moments) -> PyResult<Moments> {
        Ok(self.inner.and(other.checked(self.inner.of())?).into())
    }

    fn __or__(&self, other: &Moments) -> PyResult<Moments> {
        Ok(self.inner.or(other.checked(self.inner.of())?).into())
    }

    fn __sub__(&self, other: &Moments) -> PyResult<Moments> {
        Ok(self.inner.minus(other.checked(self.inner.of())?).into())
    }

    fn __eq__(&self, other: &Moments) -> bool {
        self.inner == other.inner
    }

    fn __hash__(&self) -> u64 {
        self.inner.digest()
    }

    fn __repr__(&self) -> String {
        format!("<{} of {} moments>", self.inner.len(), self.inner.of())
    }
}

#[pyclass(frozen)]
struct Iteration {
    inner: Arc<moments::Moments>,
    next: AtomicUsize,
}

#[pymethods]
impl Iteration {
    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__(&self) -> Option<u32> {
        let found = self.inner.next(self.next.load(Ordering::Relaxed))?;
        self.next.store(found as usize + 1, Ordering::Relaxed);
        Some(found)
    }
}

/// A set of moments, and for some actions another one: what the compiled module takes for an event.
type Targets<'py> = (PyRef<'py, Moments>, Vec<(u32, PyRef<'py, Moments>)>);

/// The moments of a world and the acts between them; keeps its kernel.
#[pyclass(frozen)]
struct Graph {
    graph: graph::Graph,
    about: String,
    kernel: Py<Kernel>,
}

impl Graph {
    fn ask<R: Send>(&self, py: Python<'_>, control: &Control, ask: impl FnOnce(&Analysis<'_>) -> Result<R> + Send) -> PyResult<R> {
        let control = control.inner.clone();
        let session = &self.kernel.get().session;
        raise(on_large_stack(py, || ask(&session.analysis(&self.graph, &control))))
    }

    fn happening(&self, (otherwise, acts): &Targets<'_>) -> PyResult<Happening> {
        let of = self.graph.len();
        let acts: PyResult<_> = acts.iter().map(|(action, moments)| Ok((*action, moments.checked(of)?.bits()))).collect();
        Ok(Happening { otherwise: otherwise.checked(of)?.bits(), acts: acts? })
    }

    fn valued(&self, values: Vec<(Value, Count)>) -> Vec<(serde_json::Value, u64, u32)> {
        let session = &self.kernel.get().session;
        values.into_iter().map(|(value, count)| (session.value_to_json(value), count.count, count.first)).collect()
    }

    fn moment(&self, moment: usize) -> PyResult<u32> {
        if moment < self.graph.len() {
            Ok(moment as u32)
        } else {
            Err(PyIndexError::new_err("there is no such moment"))
        }
    }
}

#[pymethods]
impl Graph {
    fn about(&self) -> &str {
        &self.about
    }

    fn moments(&self, numbers: Vec<usize>) -> PyResult<Moments> {
        let mut found = Bits::none(self.graph.len());
        for number in numbers {
            found.insert(self.moment(number)?);
        }
        Ok(found.into())
    }

    fn all(&self) -> Moments {
        Bits::range(0, self.graph.len(), self.graph.len()).into()
    }

    fn unexplored(&self) -> Moments {
        Bits::range(self.graph.expanded(), self.graph.len(), self.graph.len()).into()
    }

    fn last(&self, py: Python<'_>, control: &Control) -> PyResult<Moments> {
        self.ask(py, control, |a| a.last()).map(Moments::from)
    }

    fn holding(&self, py: Python<'_>, condition_json: &str, control: &Control) -> PyResult<Moments> {
        let session = &self.kernel.get().session;
        self.ask(py, control, |a| a.holding(&session.condition(condition_json)?)).map(Moments::from)
    }

    fn taken(&self, py: Python<'_>, action: u32, control: &Control) -> PyResult<Moments> {
        self.ask(py, control, |a| a.taken(action)).map(Moments::from)
    }

    #[pyo3(signature = (sources, avoiding, control))]
    fn reach(&self, py: Python<'_>, sources: &Moments, avoiding: Option<Targets<'_>>, control: &Control) -> PyResult<Moments> {
        let sources = sources.checked(self.graph.len())?;
        let avoiding = avoiding.map(|event| self.happening(&event)).transpose()?;
        self.ask(py, control, |a| a.reach(sources, avoiding.as_ref())).map(Moments::from)
    }

    #[pyo3(signature = (targets, avoiding, control))]
    fn can_reach(&self, py: Python<'_>, targets: Targets<'_>, avoiding: Option<Targets<'_>>, control: &Control) -> PyResult<Moments> {
        let targets = self.happening(&targets)?;
        let avoiding = avoiding.map(|event| self.happening(&event)).transpose()?;
        self.ask(py, control, |a| a.can_reach(&targets, avoiding.as_ref())).map(Moments::from)
    }

    #[pyo3(signature = (sources, targets, avoiding, control))]
    fn path(
        &self,
        py: Python<'_>,
        sources: &Moments,
        targets: Targets<'_>,
        avoiding: Option<Targets<'_>>,
        control: &Control,
    ) -> PyResult<String> {
        let sources = sources.checked(self.graph.len())?;
        let targets = self.happening(&targets)?;
        let avoiding = avoiding.map(|event| self.happening(&event)).transpose()?;
        let way = self.ask(py, control, |a| a.way(sources, &targets, avoiding.as_ref()))?;
        Ok(json!(way.map(|way| (way.start, way.acts, way.end))).to_string())
    }

    fn story(&self, moment: usize) -> PyResult<Vec<usize>> {
        Ok(self.graph.story(self.moment(moment)?))
    }

    fn world(&self, moment: usize) -> PyResult<u64> {
        Ok(self.kernel.get().session.moment(&self.graph, self.moment(moment)?))
    }

    fn acts_from(&self, moment: usize) -> PyResult<Vec<(u32, u32)>> {
        let moment = self.moment(moment)?;
        if moment as usize >= self.graph.expanded() {
            return Ok(vec![]);
        }
        let mut reader = self.graph.reader();
        let (actions, ends) = reader.acts(moment);
        Ok(actions.iter().copied().zip(ends.iter().copied()).collect())
    }

    fn acts(&self, py: Python<'_>, control: &Control) -> PyResult<String> {
        self.ask(py, control, |a| a.acts()).map(|counts| json!(counts).to_string())
    }

    fn crossings(&self, py: Python<'_>, sources: &Moments, targets: &Moments, control: &Control) -> PyResult<String> {
        let (sources, targets) = (sources.checked(self.graph.len())?, targets.checked(self.graph.len())?);
        let found = self.ask(py, control, |a| a.crossings(sources, targets))?;
        Ok(json!(found.iter().map(|c| (c.action, c.count, c.first, c.end)).collect::<Vec<_>>()).to_string())
    }

    fn reasons(&self, py: Python<'_>, action: usize, control: &Control) -> PyResult<String> {
        let action = raise(self.kernel.get().session.action(action))?;
        let found = self.ask(py, control, |a| a.reasons(action))?;
        Ok(json!(found.into_iter().map(|(character, count)| (character, counted(count))).collect::<Vec<_>>()).to_string())
    }

    fn values(&self, py: Python<'_>, control: &Control) -> PyResult<String> {
        let found = self.ask(py, control, |a| a.values())?;
        Ok(json!(found.into_iter().map(|fluent| self.valued(fluent)).collect::<Vec<_>>()).to_string())
    }

    fn beliefs(&self, py: Python<'_>, control: &Control) -> PyResult<String> {
        let found = self.ask(py, control, |a| a.beliefs())?;
        let character =
            |fluents: Vec<Belief>| fluents.into_iter().map(|b| (counted(b.wrong), counted(b.unknown), self.valued(b.right))).collect();
        Ok(json!(found.into_iter().map(character).collect::<Vec<Vec<_>>>()).to_string())
    }

    fn misled(&self, py: Python<'_>, control: &Control) -> PyResult<String> {
        let found = self.ask(py, control, |a| a.misled())?;
        Ok(json!(found.into_iter().map(|(who, count)| (who.0, who.1, count.count, count.first)).collect::<Vec<_>>()).to_string())
    }

    fn traps(&self, py: Python<'_>, control: &Control) -> PyResult<Vec<Moments>> {
        Ok(self.ask(py, control, |a| a.traps())?.into_iter().map(Moments::from).collect())
    }

    #[pyo3(signature = (stops, games, seed, most_acts, control))]
    fn play(
        &self,
        py: Python<'_>,
        stops: Vec<PyRef<'_, Moments>>,
        games: u64,
        seed: u64,
        most_acts: u64,
        control: &Control,
    ) -> PyResult<(Vec<u64>, u64, u64)> {
        let stops: PyResult<Vec<_>> = stops.iter().map(|stop| stop.checked(self.graph.len()).cloned()).collect();
        let stops = stops?;
        let found = self.ask(py, control, |a| a.play(&stops, games, seed, most_acts))?;
        Ok((found.stops, found.dead_ends, found.unfinished))
    }
}

fn counted(count: Count) -> (u64, Option<u32>) {
    (count.count, (count.count > 0).then_some(count.first))
}

#[pymodule]
fn _kernel(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Control>()?;
    m.add_class::<Graph>()?;
    m.add_class::<Kernel>()?;
    m.add_class::<Moments>()?;
    m.add("KernelError", m.py().get_type::<KernelError>())?;
    m.add("FAULTS", if cfg!(feature = "faults") { chekhov_kernel::FAULTS.to_vec() } else { vec![] })?;
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    Ok(())
}
