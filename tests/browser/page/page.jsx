// A coach's page (or an athlete's) on one query and four mutations, with Apollo Client's cache as it is by default.
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { ApolloProvider, useMutation, useQuery } from "@apollo/client/react";
import { print } from "graphql";
import { useState } from "react";
import { createRoot } from "react-dom/client";

const VIEW = gql`
  fragment View on EffectiveExercise {
    id name athleteNotes primaryMuscles isCustomizedByOrg customizedFields updatedAt
    overrides { id field } exercise { id name }
  }
`;
const TREE = gql`
  ${VIEW}
  fragment Tree on Workout {
    id title isSnapshot updatedAt forkedFrom { id }
    sections {
      id title sortOrder
      movements {
        id label notes sortOrder updatedAt section { id }
        prescription { sets load { value unit } }
        exercise { ...View }
        comments { id body }
      }
    }
  }
`;
const PLAN = gql`
  ${TREE}
  fragment Plan on WorkoutAssignment {
    id status isForked scheduledFor
    workout { ...Tree assignment { id } }
    libraryWorkout { id }
  }
`;

const SCREEN = gql`
  ${PLAN}
  query Screen($organization: ID!, $other: ID!, $workout: ID!, $exercise: ID!, $coach: Boolean!) {
    organization(id: $organization) {
      id
      exerciseLibrary(filter: { q: "back squat" }, first: 5) @include(if: $coach) { nodes { ...View } }
      workouts(first: 5) @include(if: $coach) { edges { node { id title updatedAt } } }
      assignments(first: 5) { nodes { ...Plan } }
    }
    workout(id: $workout) @include(if: $coach) { ...Tree assignments(first: 5) { nodes { id status isForked } } }
    there: effectiveExercise(id: $exercise, organizationId: $other) @include(if: $coach) { ...View }
  }
`;
const OVERRIDE = gql`
  ${VIEW}
  mutation Override($exercise: ID!, $organization: ID!, $name: String!) {
    upsertExerciseOverride(exerciseId: $exercise, organizationId: $organization, overrides: { name: $name }) {
      exercise { ...View } userErrors { message }
    }
  }
`;
const REORDER = gql`
  ${TREE}
  mutation Reorder($workout: ID!, $sections: [SectionInput!]!) {
    setWorkoutSections(workoutId: $workout, sections: $sections) { workout { ...Tree } userErrors { message } }
  }
`;
const MOVE = gql`
  ${TREE}
  mutation Move($input: MoveMovementInput!) {
    moveMovement(input: $input) { workout { ...Tree } userErrors { message } }
  }
`;
const FORK = gql`
  ${PLAN}
  mutation Fork($movement: ID!, $assignment: ID!, $notes: String!) {
    updateMovement(id: $movement, assignmentId: $assignment, input: { notes: $notes }) {
      assignment { ...Plan } userErrors { message }
    }
  }
`;
const COMPLETE = gql`
  ${PLAN}
  mutation Complete($assignment: ID!) {
    setAssignmentStatus(id: $assignment, status: COMPLETED) { assignment { ...Plan } userErrors { message } }
  }
`;

const prescribed = ({ sets, load }) => ({ sets, load: load && { value: load.value, unit: load.unit } });

const reversed = (sections) => sections.toReversed().map(({ id, title, movements }) => ({
  id,
  title,
  movements: movements.toReversed().map(({ id, label, notes, prescription, exercise }) => ({
    id, label, notes, exerciseId: exercise.id, prescription: prescription && prescribed(prescription),
  })),
}));

const line = (movement) => [movement.label, movement.exercise.name, movement.notes].filter(Boolean).join(" ");

function Workout({ workout }) {
  return workout.sections.map((section) => (
    <p key={section.id}>{section.title}: {section.movements.map(line).join(", ")}</p>
  ));
}

function Assignment({ assignment }) {
  const [notes, setNotes] = useState("");
  const [fork] = useMutation(FORK);
  const [complete] = useMutation(COMPLETE);
  const movement = assignment.workout.sections[0].movements[0]?.id;
  return (
    <article id={`assignment-${assignment.id}`}>
      <h3>{assignment.status}, {assignment.isForked ? "a copy" : "the library's"}</h3>
      <Workout workout={assignment.workout} />
      <input aria-label="Notes" value={notes} onChange={(event) => setNotes(event.target.value)} />
      <button onClick={() => fork({ variables: { movement, assignment: assignment.id, notes } })}>Change for them</button>
      <button onClick={() => complete({ variables: { assignment: assignment.id } })}>Complete</button>
    </article>
  );
}

function Coached({ data, variables }) {
  const [name, setName] = useState("");
  const [override] = useMutation(OVERRIDE);
  const [reorder] = useMutation(REORDER);
  const [move] = useMutation(MOVE);
  const { organization, workout, there } = data;
  const [first, second] = workout.sections;
  const moved = { movementId: first.movements[0]?.id, sectionId: second?.id, position: 0 };
  return (
    <>
      <section id="library">
        {organization.exerciseLibrary.nodes.map((view) => (
          <p key={view.id}>{view.name}{view.customizedFields.map((field) => ` (own ${field})`)}</p>
        ))}
      </section>
      <section id="there">{there.name}</section>
      <section id="workout">
        <h2>{workout.title}</h2>
        <Workout workout={workout} />
      </section>
      <input aria-label="Name" value={name} onChange={(event) => setName(event.target.value)} />
      <button onClick={() => override({ variables: { ...variables, name } })}>Rename</button>
      <button onClick={() => reorder({ variables: { workout: workout.id, sections: reversed(workout.sections) } })}>Reverse</button>
      <button onClick={() => move({ variables: { input: moved } })}>Move down</button>
    </>
  );
}

function Page({ variables }) {
  const { data, error } = useQuery(SCREEN, { variables });
  if (error) return <p>{error.message}</p>;
  if (!data) return <p>Loading</p>;
  return (
    <>
      {variables.coach && <Coached data={data} variables={variables} />}
      {data.organization.assignments.nodes.map((each) => <Assignment key={each.id} assignment={each} />)}
    </>
  );
}

const { api, token, variables } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const link = new HttpLink({ uri: api, headers: { authorization: `Bearer ${token}` } });
const client = new ApolloClient({ cache: new InMemoryCache(), link });
window.cached = () => client.readQuery({ query: SCREEN, variables });
window.screenText = print(client.documentTransform.transformDocument(SCREEN));
createRoot(document.getElementById("root")).render(
  <ApolloProvider client={client}>
    <Page variables={variables} />
  </ApolloProvider>,
);
